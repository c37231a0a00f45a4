-- What an iPhone accepts, and somebody should know. The judge has seen it (server_leg.oddities); here is what shows it.
local list = require "whytls.list"

-- Cause, and the fields that show it best. A cause that stands here is a notice in cause.def: it never hides what fails.
local remarks = {
    { "cert-expiring-soon", "server_leg.chain.leaf.not_after" },
    { "cross-sign-expired", "server_leg.verdict.path" },
    { "cn-not-in-san", "server_leg.chain.leaf.subject.cn", "server_leg.chain.leaf.names" },
    { "hostname-underscore", "target.host" },
    { "san-oversize" },
    { "chain-unneeded-certs", "server_leg.verdict.path" },
    { "key-id-missing" },
    { "root-as-leaf", "server_leg.chain.leaf.is_ca", "server_leg.chain.leaf.key_usage" },
    { "odd-rsa-size" },
    { "serial-abnormal" },
    { "duplicate-serial" },
}
local causes = {}
for i, remark in ipairs(remarks) do causes[i] = remark[1] end

-- Words that only a look at the whole chain can give.
local function told(leg, cause)
    local with = { names = #leg.chain.leaf.names, sent = #leg.chain, used = #leg.verdict.path }
    for _, certificate in ipairs(leg.chain) do
        local bits = certificate.key:match "^RSA%-(%d+)$"
        if cause == "odd-rsa-size" and bits and (bits % 8 ~= 0 or bits + 0 >= 8192) then with.key = certificate.key end
        if cause == "serial-abnormal" and not with.serial then
            local serial = certificate.serial
            if serial:sub(1, 1) == "-" or serial:find "^0*$" or #serial > 40 then with.serial = serial end
        end
    end
    return with
end

rule {
    name     = "accepted",
    about    = "Something out of the ordinary in a chain that an iPhone accepts, and that its owner would want to mend.",
    causes   = causes,
    wakes_on = { judged = { verdict = "accept", oddity = causes } },

    judged = function(flow)
        local leg = flow.server_leg
        -- What breaks other clients is one of what is not needed.
        local crossed = list.has(leg.oddities, "cross-sign-expired")
        local refused = list.has(leg.oddities, "issuer-not-usable")
        local hidden = { ["chain-unneeded-certs"] = crossed, ["key-id-missing"] = refused }
        for _, remark in ipairs(remarks) do
            local cause = remark[1]
            if list.has(leg.oddities, cause) and not hidden[cause] then
                local suspect = flow:suspect(cause, { with = told(leg, cause) }):because("server_leg.oddities", 3)
                for i = 2, #remark do suspect:because(remark[i], 2) end
            end
        end
    end,
}

rule {
    name     = "look-alike",
    about    = "A name in which letters of another script stand for Latin ones; its certificate is in order.",
    causes   = { "idn-spoof" },
    wakes_on = { judged = { has = "target.looks_like" } },

    judged = function(flow)
        if flow.server_leg.verdict and flow.server_leg.verdict.verdict == "accept" then
            flow:suspect("idn-spoof"):because("target.looks_like", 3):because("target.host", 2)
        end
    end,
}

rule {
    name     = "others-refuse",
    about    = "An iPhone accepts the issuer that was sent, and programs with OpenSSL pass it over.",
    causes   = { "issuer-not-usable" },
    wakes_on = { judged = { oddity = "issuer-not-usable" } },

    judged = function(flow)
        flow:suspect("issuer-not-usable"):because("server_leg.oddities", 3):because("server_leg.verdict.openssl.code", 3)
    end,
}

local by_design = { "short-lived-cert", "subject-empty-or-no-cn" }

rule {
    name     = "by-design",
    about    = "Says, in a report on one site, what is unusual about its certificate and no fault.",
    notes    = { ["short-lived-cert"] = "info", ["subject-empty-or-no-cn"] = "info" },
    wakes_on = { judged = { entry = "explain", oddity = by_design } },

    judged = function(flow)
        for _, code in ipairs(by_design) do
            if list.has(flow.server_leg.oddities, code) then flow:note(code) end
        end
    end,
}
