-- whytls.chain - which certificate of the chain a failing check is about.
local chain = {}

-- The certificate with this depth (0 is the leaf); nil when it was not sent but came from a store.
function chain.at(sent, depth) return sent and sent[depth + 1] end

-- What to call a certificate in a sentence.
function chain.called(certificate)
    return certificate and (certificate.subject.cn or certificate.subject.o or certificate.subject.text)
end

-- The path of its field as evidence; nil where no path leads to it.
function chain.path(sent, depth, field)
    local place = depth == 0 and "leaf" or depth == 1 and sent[2] and "issuer" or depth == #sent - 1 and "top"
    return place and ("server_leg.chain.%s.%s"):format(place, field) or nil
end

-- The failing checks whose names are keys of `wanted`, those of the site's own certificate last: where one cause is
-- suspected for several certificates, the words that were given last stand, and iOS names the one nearest to the site.
function chain.failures(verdict, wanted)
    local failures = {}
    for i, check in ipairs(verdict.checks) do
        if wanted[check.check] ~= nil then failures[#failures + 1] = { check = check.check, cert = check.cert, detail = check.detail, i = i } end
    end
    table.sort(failures, function(a, b)
        if a.cert ~= b.cert then return a.cert > b.cert end
        return a.i < b.i
    end)
    return failures
end

return chain
