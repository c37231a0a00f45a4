return {
    ["refused"]     = "{target.host} is on the list of trackers, and was refused.",
    ["let-through"] = "{target.host} is on the list of trackers.",
}
