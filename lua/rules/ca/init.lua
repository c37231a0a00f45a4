-- A chain that is complete, but one of its authorities may not do what it did, or a certificate has a form that iOS refuses.
local chain = require "whytls.chain"
local list = require "whytls.list"

-- Check, what it means, and the fields that show it: of the failing certificate, and of its issuer.
local told_by = {
    BasicConstraintsCA      = { "not-a-ca", "is_ca" },
    BasicConstraints        = { "basic-constraints-missing" },
    KeyUsage                = { "keycertsign-missing", "key_usage" },
    BasicConstraintsPathLen = { "path-length-exceeded" },
    NameConstraints         = { "name-constraint-dns", "names" },
    PolicyConstraints       = { "policy-constraint-failed" },
    CriticalExtensions      = { "unknown-critical-extension" },
    DuplicateExtension      = { "duplicate-extension" },
    UnparseableExtension    = { "extension-malformed" },
    IdLinkage               = { "aki-ski-mismatch", "aki", "ski" },
    NonEmptySubject         = { "san-empty-subject-noncritical" },
}

-- The judge knows better which of several causes of one check it was.
local finer = { NameConstraints = { "name-constraint-other", "name-constraint-malformed" }, NonEmptySubject = { "subject-empty-ca" } }

local function cause_of(check, causes)
    for _, cause in ipairs(finer[check.check] or {}) do
        if list.has(causes, cause) then return cause end
    end
    return told_by[check.check][1]
end

rule {
    name     = "may-sign",
    about    = "An authority of the chain is none, may not sign certificates, or not this deep or for this name; a form that iOS refuses.",
    causes   = { "not-a-ca", "basic-constraints-missing", "keycertsign-missing", "path-length-exceeded", "name-constraint-dns",
                 "name-constraint-other", "name-constraint-malformed", "policy-constraint-failed", "unknown-critical-extension",
                 "duplicate-extension", "extension-malformed", "aki-ski-mismatch", "san-empty-subject-noncritical", "subject-empty-ca" },
    wakes_on = { judged = { check = { "BasicConstraintsCA", "BasicConstraints", "KeyUsage", "BasicConstraintsPathLen", "NameConstraints",
                                      "PolicyConstraints", "CriticalExtensions", "DuplicateExtension", "UnparseableExtension", "IdLinkage",
                                      "NonEmptySubject" } } },

    judged = function(flow)
        local leg = flow.server_leg
        for _, check in ipairs(chain.failures(leg.verdict, told_by)) do
            local fault = flow:suspect(cause_of(check, leg.verdict.causes),
                    { with = { whose = chain.called(chain.at(leg, check.cert)), detail = check.detail } })
                :because("checks." .. check.check, 3)
            for above = 0, 1 do
                local field = told_by[check.check][2 + above]
                local path = field and chain.path(leg, check.cert + above, field)
                if path then fault:because(path, 2) end
            end
        end
    end,
}
