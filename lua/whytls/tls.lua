-- whytls.tls - TLS versions in their order.
local order = { ["SSLv2"] = 2, ["SSLv3"] = 3, ["TLSv1.0"] = 10, ["TLSv1.1"] = 11, ["TLSv1.2"] = 12, ["TLSv1.3"] = 13 }
local tls = {}

-- Is this version older than that one? A name that is neither is not.
function tls.older(version, than)
    local a, b = order[version], order[than]
    return a ~= nil and b ~= nil and a < b
end

return tls
