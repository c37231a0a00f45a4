return {
    ["accepts-fault"] = "“{client.app.name}” accepts {decision.fault}, a fault shown on purpose for {target.host}: it sent data over this connection, which anybody on the way could have opened.",
    ["accepts-as-ios"] = "“{client.app.name}” accepts {decision.fault}, shown on purpose for {target.host}. So does iOS under a root that its owner installed: this is no fault of the app.",
    ["refuses-fault"] = "“{client.app.name}” refuses {decision.fault}, a fault shown on purpose for {target.host}. That is right.",
}
