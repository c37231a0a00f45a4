-- The phone refuses us everywhere: which step of the set-up is missing?
local shown = { "alert-after-certificate", "close-after-certificate", "alert-after-finish", "close-after-finish-unused" }

rule {
    name     = "root",
    about    = "Our root is not installed, not switched on, or no longer the one the phone has.",
    causes   = { "root-not-installed", "root-not-fully-trusted", "root-regenerated", "proxy-leaf-defect", "device-clock-wrong" },
    wakes_on = { tls_failed = { leg = "client", symptom = shown } },

    tls_failed = function(flow)
        local leg, device, past = flow.client_leg, flow.client.device, flow.history.device
        if leg.resumed then return end                              -- no certificate was shown

        -- Before blaming anyone else: our own leaf. 47, 50 and 51 say that it cannot even be read or verified.
        if leg.verdict and leg.verdict.verdict == "reject" then
            flow:suspect("proxy-leaf-defect"):because("client_leg.verdict.verdict", 3)
        end
        local number = leg.alert and leg.alert.number
        if number == 47 or number == 50 or number == 51 then
            flow:suspect("proxy-leaf-defect"):because("client_leg.alert.number", 3):because("client_leg.symptom", 2)
            return
        end
        if number == 45 then
            -- Only stacks that name the fault say 45, and then it means: outside its dates, by their clock.
            flow:suspect("device-clock-wrong"):because("client_leg.alert.number", 3):because("client_leg.leaf.not_after", 1)
        end

        if past.last_accepted then
            -- It trusted us once. Only a changed root can explain "never again, anywhere".
            if past.last_accepted < flow.proxy.root_since and past.hosts_accepted == 0 then
                local old = flow:suspect "root-regenerated"
                old:because("proxy.root_since", 3):because("history.device.last_accepted", 2)
                if device.root_fetched and device.root_fetched ~= flow.proxy.root_sha256 then old:because("client.device.root_fetched", 3) end
            end
            flow:rule_out("root-not-installed", "history.device.last_accepted")
            flow:rule_out("root-not-fully-trusted", "history.device.last_accepted")
            return
        end

        local missing, off = flow:suspect "root-not-installed", flow:suspect "root-not-fully-trusted"
        -- The wire cannot tell these two apart; the download can make one of them the better guess.
        if device.profile_fetched then
            off:because("client.device.profile_fetched", 3)
            missing:against("client.device.profile_fetched", 2)
        else
            missing:because("client.device.profile_fetched", 1)      -- absence is evidence too; shown as "none"
        end
        for _, guess in ipairs { missing, off } do
            if past.hosts_refused >= 2 then guess:because("history.device.hosts_refused", 3)
            else guess:because("history.device.hosts_refused", 1) end
            if number == 48 then guess:because("client_leg.alert.number", 3)     -- unknown_ca: said only by stacks that mean it
            else guess:because("client_leg.symptom", 1) end
            if device.probe == "refused" then guess:because("client.device.probe", 3) end
        end
    end,
}
