describe("between/login-page", function()
    local function shown(others)
        return play { fails = { "SSLHostname@0" }, server_leg = { same_leaf = others, same_issuer = others } }
    end

    it("speaks when three unrelated sites had one certificate, and blames this one for nothing", function()
        local flow = shown(2)
        expect_diagnosis(flow, "captive-portal", { place = 1, confidence = "likely", says = "2 other sites" })
        expect_no_diagnosis(flow, "middlebox-upstream")
    end)

    it("does not go by two", function()
        expect_no_diagnosis(shown(1), "captive-portal")
    end)

    it("sleeps where all is well", function() expect_asleep(play {}) end)
end)

describe("between/login-wanted", function()
    local function answered(status, scheme)
        return play { talk = { { request = { url = scheme .. "://shop.example/", scheme = scheme }, response = { status = status } } } }
    end

    it("knows the status that networks have for it, in plain HTTP", function()
        expect_diagnosis(answered(511, "http"), "captive-portal", { confidence = "likely", says = "511" })
    end)

    it("takes it for the site's own word inside TLS", function()
        expect_no_diagnosis(answered(511, "https"), "captive-portal")
        expect_no_diagnosis(answered(503, "http"), "captive-portal")
    end)
end)

describe("between/interceptor", function()
    local function shown(issuer, leaf)
        return play { fails = { "AnchorTrusted@1" }, server_leg = { same_issuer = issuer, same_leaf = leaf } }
    end

    it("speaks when three unrelated sites had one unknown issuer", function()
        local flow = shown(2)
        expect_diagnosis(flow, "middlebox-upstream", { place = 1, confidence = "likely", says = "opens their TLS" })
    end)

    it("leaves one certificate for all to the login page", function()
        expect_no_diagnosis(shown(2, 2), "middlebox-upstream")
        expect_diagnosis(shown(2, 2), "captive-portal", { place = 1 })
    end)

    it("does not go by two", function() expect_no_diagnosis(shown(1), "middlebox-upstream") end)
end)
