-- whytls.host - host names and their relatives.
local host = {}

-- "a.b.example" gives "b.example"; a single label gives nil.
function host.parent(name) return name:match "^[^.]+%.(.+)$" end

-- The same name with "www." in front, or without it.
function host.other_form(name) return name:sub(1, 4) == "www." and name:sub(5) or "www." .. name end

return host
