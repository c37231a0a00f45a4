return {
    ["only-iphones"] = "iPhones accept this certificate[ for {target.host}]; Chrome, Firefox and Android do not[: {$detail}][ ({$check})].",
    ["only-others"] = "Chrome, Firefox and Android accept this certificate[ for {target.host}]; iPhones do not[: {$detail}][ ({$check})].",
    form = "iPhones accept this certificate[ for {target.host}], and its form breaks the rules for public certificates (RFC 5280, CA/Browser Forum)[: {$detail}][ ({$check})]. Browsers hardly look; strict programs refuse it.",
}
