-- In which order did the certificates come? iOS sorts them, as long as the site's own is the first.
local of_file, causes = "file", { ["leaf-not-first"] = "leaf-not-first", ["wrong-order"] = "chain-wrong-order" }

rule {
    name     = "chain",
    about    = "Says that the certificates of a chain are out of order, or that the site's own is not the first.",
    causes   = { "chain-wrong-order", "leaf-not-first" },
    wakes_on = { judged = { has = "server_leg.order" } },

    judged = function(flow)
        local leg = flow.server_leg
        local from_file = leg.version == nil        -- no handshake: whytls has put the site's own first
        local found = flow:suspect(causes[leg.order], { words = from_file and of_file or nil, with = { first = leg.chain[1].subject.cn } })
            :because("server_leg.order", 3)
        if leg.order == "wrong-order" then
            found:because("server_leg.verdict.verdict", 2)
        elseif not from_file then
            found:because("server_leg.chain.leaf.is_ca", 2)
        end
    end,
}
