-- No request goes to the trackers of a list; what one of them is asked by another host's page is refused too.
local trackers = match.hosts(lines "trackers.txt")

rule {
    name     = "trackers",
    about    = "Refuses connections to the hosts of a list, before anything is sent to them.",
    notes    = { ["refused"] = "info", ["let-through"] = "low" },
    may      = { "refuse" },
    settings = {
        more   = { kind = "hosts", default = {}, about = "more hosts, beside those of data/trackers.txt" },
        except = { kind = "hosts", default = {}, about = "hosts that pass all the same" },
        refuse = { default = true, about = "refuse; otherwise only a note" },
    },
    wakes_on = { hello = "always" },        -- the list is not a setting, so no filter in C knows it

    hello = function(flow)
        local set, host = flow.settings, flow.target.host
        if not trackers:has(host) and not set.more:has(host) then return end
        if set.except:has(host) then return end
        if set.refuse then
            flow:note "refused"
            flow:decide("refuse", { why = "a tracker" })
        else
            flow:note "let-through"
        end
    end,
}
