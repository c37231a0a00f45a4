/* Old engines read this: no word of the language that is younger than 1999. `*` is anything, `#` up
   to three digits, `?` one character; a pattern is of the first label, the suffix is the rest. */
function fits(patterns, label) {
    for (var i = 0; i < patterns.length; i++) {
        var form = patterns[i].replace(/\*/g, ".*").replace(/\?/g, ".").replace(/#/g, "[0-9]{0,3}");
        if (new RegExp("^(?:" + form + ")$").test(label))
            return true;
    }
    return false;
}

function has(table, name) {
    return Object.prototype.hasOwnProperty.call(table, name);
}

function isPinned(host) {
    var dot = host.indexOf(".");
    if (dot < 0)
        return false;
    var label = host.substring(0, dot), suffix = host.substring(dot + 1);
    for (var i = 0; i < pinned.length; i++)
        if (pinned[i][0] === suffix && fits(pinned[i][1], label) && !fits(pinned[i][2], label))
            return true;
    if (has(listed, host))
        return true;
    for (; dot >= 0; dot = host.indexOf(".", dot + 1))
        if (has(listed, "*" + host.substring(dot)))
            return true;
    return false;
}

/* Engines differ in what they hand over: with a port or without, in capitals, with a last dot, an
   IPv6 address with brackets or without. */
function bare(host) {
    var name = String(host).toLowerCase();
    if (name.charAt(0) === "[")
        return name.substring(1, name.indexOf("]") < 0 ? name.length : name.indexOf("]"));
    var colon = name.indexOf(":");
    if (colon >= 0 && colon === name.lastIndexOf(":"))
        name = name.substring(0, colon);
    return name.replace(/\.$/, "");
}

function FindProxyForURL(url, host) {
    var name = bare(host);
    if (name === "localhost" || name === "::1" || /^127\.[0-9.]+$/.test(name))
        return "DIRECT";
    return isPinned(name) ? "DIRECT" : "PROXY " + proxy;
}
