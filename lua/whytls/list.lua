-- whytls.list - lists of texts.
local list = {}

function list.has(rows, wanted)
    for _, row in ipairs(rows) do
        if row == wanted then return true end
    end
    return false
end

return list
