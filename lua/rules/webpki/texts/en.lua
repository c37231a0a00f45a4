return {
    ["only-iphones"] = "iPhones accept this certificate[ for {target.host}]; Chrome, Firefox and Android do not[: {$detail}][ ({$check})].",
    ["only-others"] = "Chrome, Firefox and Android accept this certificate[ for {target.host}]; iPhones do not[: {$detail}][ ({$check})].",
}
