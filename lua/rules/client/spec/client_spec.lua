describe("client/offers-too-little", function()
    it("names an old version", function()
        local flow = play { client_leg = { symptom = "nothing-in-common", ended = "alert", hello = { max_version = "TLSv1.0", versions = { "TLSv1.0" } },
            alert = { from = "server", number = 70, name = "protocol_version", phase = "before-server-hello" } } }
        expect_diagnosis(flow, "client-version-too-low")
    end)

    it("names a list without a match", function()
        local flow = play { client_leg = { symptom = "nothing-in-common", ended = "alert",
            alert = { from = "server", number = 40, name = "handshake_failure", phase = "before-server-hello" } } }
        expect_diagnosis(flow, "client-no-shared-cipher")
    end)

    it("sleeps through a good flow", function() expect_asleep(play {}) end)
end)
