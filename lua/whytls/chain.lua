-- whytls.chain - which of the certificates that were sent a failing check is about.
local chain = {}

-- A check counts along the path that was judged, and sites do not always send it in order. Gives the place in what was
-- sent; nil for a certificate that came from a store.
local function place_of(leg, depth)
    local sha256 = leg.verdict.path[depth + 1]
    if not sha256 then return leg.chain[depth + 1] and depth + 1 end
    for i, certificate in ipairs(leg.chain) do
        if certificate.sha256 == sha256 then return i end
    end
end

local function fetched(leg, sha256)
    for _, certificate in ipairs(leg.fetched or {}) do
        if certificate.sha256 == sha256 then return certificate end
    end
end

-- The certificate at this depth of the path (0 is the leaf), or nil when it was neither sent nor fetched.
function chain.at(leg, depth)
    local place = place_of(leg, depth)
    if place then return leg.chain[place] end
    return fetched(leg, leg.verdict.path[depth + 1])
end

-- What to call a certificate in a sentence.
function chain.called(certificate)
    return certificate and (certificate.subject.cn or certificate.subject.o or certificate.subject.text)
end

-- The path of its field as evidence; nil where no path leads to it.
function chain.path(leg, depth, field)
    local place = place_of(leg, depth)
    local name = place == 1 and "leaf" or place == 2 and "issuer" or place and place == #leg.chain and "top"
    return name and ("server_leg.chain.%s.%s"):format(name, field) or nil
end

-- The failing checks whose names are keys of `wanted`, those of the site's own certificate last: where one cause is
-- suspected for several certificates, the words that were given last stand, and iOS names the one nearest to the site.
function chain.failures(verdict, wanted)
    local failures = {}
    for i, check in ipairs(verdict.checks) do
        if wanted[check.check] ~= nil then
            failures[#failures + 1] = { check = check.check, cert = check.cert, detail = check.detail, i = i }
        end
    end
    table.sort(failures, function(a, b)
        if a.cert ~= b.cert then return a.cert > b.cert end
        return a.i < b.i
    end)
    return failures
end

return chain
