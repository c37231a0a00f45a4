describe("websocket/unopened", function()
    local function asked(ws, more)
        ws.url, ws.asked, ws.deflate = "https://shop.example/live", {}, false
        local flow = { websocket = ws }
        for k, v in pairs(more or {}) do flow[k] = v end
        return play(flow)
    end

    it("is certain when the site answers with another status", function()
        for _, status in ipairs { 200, 400, 404, 426, 502 } do
            expect_diagnosis(asked { failed = "status", status = status }, "websocket-upgrade-failed",
                { confidence = "certain", evidence = { "websocket.failed" }, says = "status " .. status })
        end
    end)

    it("names the origin that was refused", function()
        local flow = asked { failed = "status", status = 403, origin = "https://app.example" }
        expect_diagnosis(flow, "websocket-upgrade-failed", { confidence = "certain", evidence = { "websocket.origin" } })
        expect_diagnosis(asked { failed = "status", status = 404, origin = "https://app.example" }, "websocket-upgrade-failed", "certain")
    end)

    it("names the version that the site knows", function()
        expect_diagnosis(asked { failed = "status", status = 426, knows = "8" }, "websocket-upgrade-failed", { evidence = { "websocket.knows" } })
    end)

    it("knows a wrong handshake", function()
        for _, failed in ipairs { "upgrade", "accept", "protocol" } do
            expect_diagnosis(asked { failed = failed, status = 101 }, "websocket-upgrade-failed", "certain")
        end
    end)

    it("is careful when no answer came", function()
        expect_diagnosis(asked { failed = "unanswered" }, "websocket-upgrade-failed", "possible")
    end)

    it("is silent about one that opened", function()
        expect_no_diagnosis(asked { status = 101 }, "websocket-upgrade-failed")
    end)
end)
