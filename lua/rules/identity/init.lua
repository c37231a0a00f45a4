-- Files that are opened, not connections: identities, certificates for mail, profiles, roots.
local list = require "whytls.list"

local function failed(flow, name, depth)
    for _, check in ipairs(flow.identity.checks) do
        if check.check == name and (not depth or check.cert == depth) then return check end
    end
end

-- ── PKCS#12: does it open? ──────────────────────────────────────────────────────────────────────────────────

local closed = { corrupt = true, unsupported = true, ["too-costly"] = true }

rule {
    name     = "opening",
    about    = "A PKCS#12 file that does not open: the password, or the file itself.",
    causes   = { "p12-wrong-password", "p12-empty-password", "p12-corrupt" },
    wakes_on = { identity = { kind = "pkcs12" } },

    identity = function(flow)
        local id = flow.identity
        if id.state == "wrong-password" then
            local wrong = flow:suspect("p12-wrong-password", { words = not id.password_given and "none-given" or nil })
                :because("identity.state", 3):because("identity.mac", 2)
            if not id.password_given then wrong:because("identity.password_given", 1) end
        elseif closed[id.state] then
            flow:suspect("p12-corrupt", { words = id.state ~= "corrupt" and id.state or nil })
                :because("identity.detail", 3):because("identity.state", 2)
        elseif id.form == "ber" then
            flow:suspect("p12-corrupt", { words = "ber" }):because("identity.form", 3)
        end
        if id.password == "empty" or id.password == "absent" then
            flow:suspect("p12-empty-password", { words = id.password_given and "another-given" or id.password == "absent" and "absent" or nil })
                :because("identity.password", 3):because("identity.state", 2)
        end
    end,
}

rule {
    name     = "crypto",
    about    = "What protects the file: old ciphers that servers refuse, or new ones that old iPhones cannot read.",
    causes   = { "p12-legacy-crypto", "p12-modern-crypto" },
    wakes_on = { identity = { kind = "pkcs12", has = "identity.crypto" } },

    identity = function(flow)
        local id = flow.identity
        if id.crypto ~= "legacy" and id.crypto ~= "modern" then return end
        local found = flow:suspect(id.crypto == "legacy" and "p12-legacy-crypto" or "p12-modern-crypto",
                { words = id.state == "wrong-password" and "not-opened" or nil })
        -- A file that did open was read by us; whether a phone reads it as well is its age's matter.
        found:because("identity.crypto", 2)
        if id.key_cipher then found:because("identity.key_cipher", 1) end
        if id.certs_cipher then found:because("identity.certs_cipher", 1) end
    end,
}

-- ── PKCS#12: what is in it? ─────────────────────────────────────────────────────────────────────────────────

rule {
    name     = "contents",
    about    = "Key, certificate and chain of an identity: are they there, and do they belong together?",
    causes   = { "p12-no-key", "p12-key-mismatch", "p12-no-chain", "p12-multiple-identities" },
    wakes_on = { identity = { kind = "pkcs12", has = "identity.keys" } },

    identity = function(flow)
        local id = flow.identity
        if id.keys == 0 then
            flow:suspect("p12-no-key"):because("identity.keys", 3):because("identity.certificates", 2)
        elseif not id.key_fits then
            flow:suspect("p12-key-mismatch", { words = id.certificates == 0 and "no-certificate" or nil })
                :because("identity.key_fits", 3):because("identity.keys", 2)
        end
        if id.identities > 1 then
            flow:suspect("p12-multiple-identities"):because("identity.identities", 3):because("identity.keys", 2)
        end
        if id.key_fits and id.issuer == "open" then
            local hole = flow:suspect("p12-no-chain", { words = id.certificates > 1 and "broken-off" or nil })
                :because("identity.issuer", 2)
            if id.certificates == 1 then hole:because("identity.certificates", 2) end
        end
    end,
}

-- ── its certificate ─────────────────────────────────────────────────────────────────────────────────────────

rule {
    name     = "certificate",
    about    = "Dates, usages and key of an identity's certificate, or of a certificate for mail.",
    causes   = { "identity-expired", "identity-wrong-eku", "identity-key-type" },
    wakes_on = { identity = { kind = { "pkcs12", "certificate" }, has = "identity.leaf" } },

    identity = function(flow)
        local id = flow.identity
        if failed(flow, "TemporalValidity", 0) then
            local early = id.leaf.not_before > flow.now
            flow:suspect("identity-expired", { words = early and "too-early" or nil })
                :because(early and "identity.leaf.not_before" or "identity.leaf.not_after", 3):because("checks.TemporalValidity@0", 2)
        elseif failed(flow, "TemporalValidity") then
            flow:suspect("identity-expired", { words = "issuer" }):because("checks.TemporalValidity", 3):because("identity.issuer", 1)
        end
        for _, name in ipairs { "ExtendedKeyUsage", "EmailProtectionEKU", "KeyUsage" } do
            if failed(flow, name, 0) then
                flow:suspect("identity-wrong-eku", { words = id.purpose == "smime" and "mail" or nil })
                    :because("checks." .. name .. "@0", 3)
                    :because(name == "KeyUsage" and "identity.leaf.key_usage" or "identity.leaf.eku", 2)
            end
        end
        if id.key_usable == "no" then
            flow:suspect("identity-key-type"):because("identity.leaf.key", 3):because("identity.key_usable", 2)
        elseif id.key_usable == "weak" or failed(flow, "WeakKeySize", 0) then
            flow:suspect("identity-key-type", { words = "weak" }):because("identity.leaf.key", 3):because("identity.key_usable", 1)
        end
    end,
}

local trust = { "AnchorTrusted", "MissingIntermediate" }
local weak = { "SignatureHashAlgorithms", "WeakSignature" }

rule {
    name     = "mail",
    about    = "A certificate for signing and encrypting mail: its address, its issuer, its algorithms.",
    causes   = { "smime-address-mismatch", "smime-untrusted-issuer", "smime-weak-algorithm" },
    wakes_on = { identity = { kind = { "pkcs12", "certificate" }, has = "identity.email" } },

    identity = function(flow)
        local id = flow.identity
        if failed(flow, "Email") then
            flow:suspect("smime-address-mismatch", { words = id.leaf and #id.leaf.emails == 0 and "no-address" or nil })
                :because("checks.Email", 3):because("identity.leaf.emails", 2)
        end
        for _, name in ipairs(trust) do
            if failed(flow, name) then
                flow:suspect("smime-untrusted-issuer", { words = name == "MissingIntermediate" and "hole" or nil })
                    :because("checks." .. name, 3):because("identity.issuer", 2)
            end
        end
        for _, name in ipairs(weak) do
            local check = failed(flow, name)
            if check then
                flow:suspect("smime-weak-algorithm", { words = check.cert > 0 and "issuer" or nil })
                    :because("checks." .. name, 3):because("identity.leaf.signature", check.cert > 0 and 1 or 2)
            end
        end
    end,
}

-- ── profiles and roots ──────────────────────────────────────────────────────────────────────────────────────

rule {
    name     = "profile",
    about    = "A configuration profile that iOS refuses, or shows as not verified.",
    causes   = { "profile-signature-untrusted", "profile-payload-rejected" },
    wakes_on = { identity = { kind = "profile", has = "identity.profile" } },

    identity = function(flow)
        local profile = flow.identity.profile
        if flow.identity.result == "refused" then
            local refused = flow:suspect("profile-payload-rejected", { words = profile.rejected == 0 and "whole" or nil })
                :because("identity.profile.first_fault", 3)
            refused:because(profile.rejected > 0 and "identity.profile.rejected" or "identity.result", 2)
        end
        if profile.signature ~= "trusted" then
            local doubt = flow:suspect("profile-signature-untrusted", { words = profile.signature ~= "untrusted" and profile.signature or nil })
                :because("identity.profile.signature", 3)
            if profile.signer then doubt:because("identity.profile.signer", 2) end
        end
    end,
}

rule {
    name     = "missing-issuers",
    about    = "A profile that brings a certificate without the one that issued it.",
    causes   = { "identity/profile-incomplete" },
    defines  = { ["identity/profile-incomplete"] = { leg = "identity", rivals = {}, certain_when = { "identity.profile.missing" } } },
    wakes_on = { identity = { kind = "profile", has = "identity.profile" } },

    identity = function(flow)
        if #flow.identity.profile.missing > 0 then
            flow:suspect("identity/profile-incomplete"):because("identity.profile.missing", 3)
        end
    end,
}

-- What keeps a root from the list, in the order in which it is told.
local of_the_switch = { "self-signed", "ca", "common-name" }

local function fails(conditions, wanted)
    local says = {}
    for _, condition in ipairs(conditions) do
        if not condition.holds and list.has(of_the_switch, condition.name) == wanted then says[#says + 1] = condition.says end
    end
    return #says > 0 and table.concat(says, "; ") or nil
end

rule {
    name     = "root",
    about    = "A root for which Certificate Trust Settings offers no switch, or whose switch helps nobody.",
    causes   = { "identity/no-trust-switch", "identity/root-unfit" },
    defines  = {
        ["identity/no-trust-switch"] = { leg = "identity", rivals = {}, certain_when = { "identity.trust_switch = no" } },
        ["identity/root-unfit"]      = { leg = "identity", rivals = {} },
    },
    notes    = { ["switch-offered"] = "info" },
    wakes_on = { identity = { kind = { "root", "profile" } } },

    identity = function(flow)
        local id = flow.identity
        if id.kind == "profile" then
            if not id.profile or id.profile.switchless == 0 then return end
            for _, payload in ipairs(id.profile.payloads) do
                if payload.trust_switch == "no" then
                    flow:suspect("identity/no-trust-switch", { words = "in-profile",
                            with = { why = fails(payload.conditions, true), name = payload.name or ("payload " .. payload.number) } })
                        :because("identity.profile.switchless", 3):because("identity.result", 1)
                    return
                end
            end
            return
        end
        if id.trust_switch == "no" then
            flow:suspect("identity/no-trust-switch", { with = { why = fails(id.conditions, true) } })
                :because("identity.trust_switch", 3):because("identity.leaf.is_ca", 1):because("identity.leaf.self_signed", 1)
        else
            flow:note("switch-offered")
        end
        local unfit = fails(id.conditions, false)
        if unfit then flow:suspect("identity/root-unfit", { with = { why = unfit } }):because("identity.result", 3):because("identity.leaf.key", 1) end
    end,
}
