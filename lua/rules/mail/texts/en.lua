local english = require "whytls.english"
local app = "Mail: “Cannot Connect Using SSL”, and an offer to go on without"
local never = "Do not go on without SSL: the password would cross the network in the open."
local because = {
    ["server_leg.version"] = "asked for TLS all the same, the server went ahead ({server_leg.version})",
    ["server_leg.symptom"] = "the first bytes of the server are plain words, not TLS",
    ["dial.error"] = "the connection to port {target.port}: {dial.error}",
    ["target.port"] = "port {target.port} is one that networks close, so that nobody sends mail past them",
    ["mail.protocol"] = "servers talk to each other there, and programs have no business on it",
    ["mail.starttls"] = "the dialogue ended without TLS ({mail.starttls})",
    ["mail.words"] = "the server's last line: “{mail.words}”",
}
return {
    ["starttls-refused"] = {
        title = "The server refuses TLS on this port",
        why   = "{target.host} was asked for TLS on port {target.port} ({mail.protocol}) and said no.",
        because = because,
        ios   = { app = app, grade = "unverified" },
        device_fix = { never, "Settings → Apps → Mail → Mail Accounts → the account → Advanced: use the port with TLS from the first byte: 993 (IMAP), 995 (POP3), 465 (outgoing)." },
        server_fix = { "Give the server a certificate and switch STARTTLS on, or open the ports 993, 995 and 465." },
        next_test = "Run `whytls explain imaps://{target.host}` (pop3s and smtps are the others). If that is accepted, the port in the account is the only reason.",
        variants = {
            absent = {
                title = "The server does not offer TLS on this port",
                why   = "{target.host} does not list STARTTLS among what it can do on port {target.port} ({mail.protocol}). An account that wants TLS gets none.",
            },
        },
    },
    ["starttls-stripped"] = {
        title = "Somebody on the way takes TLS out of the mail dialogue",
        why   = "The answer of {target.host} on port {target.port} was changed on the way: the offer of TLS is missing or written over. Firewalls that read mail do this, and so do attackers.",
        because = because,
        ios   = { app = app, grade = "unverified" },
        device_fix = { never, "Use another network, or the port with TLS from the first byte (993, 995, 465)." },
        server_fix = { "Switch the inspection of SMTP off in the firewall. Publish MTA-STS or DANE, so that senders notice." },
        next_test = "Ask from another network: `whytls explain {mail.protocol}://{target.host}:{target.port}`. If TLS is offered there, this network takes it out.",
        variants = {
            ["goes-ahead"] = {
                why = "{target.host} does not list STARTTLS on port {target.port}, as its list came here, and goes ahead with it when it is asked. So somebody on the way cuts the list. A mail program that believes the list goes on without TLS.",
            },
        },
    },
    ["starttls-needed"] = {
        title = "This port begins without TLS",
        why   = "{target.host} greets in plain words on port {target.port}; TLS comes only after STARTTLS. An account that begins with TLS gets no further.",
        because = { ["server_leg.symptom"] = because["server_leg.symptom"], ["mail.starttls"] = "TLS was tried from the first byte" },
        ios   = { app = app, grade = "unverified" },
        device_fix = { "Settings → Apps → Mail → Mail Accounts → the account → Advanced: Server Port 993 (IMAP), 995 (POP3) or 465 (outgoing). With the port as it is, iPhones try STARTTLS by themselves where Use SSL is on." },
        server_fix = { "Offer the ports 993, 995 and 465, which begin with TLS (RFC 8314)." },
        next_test = "Run `whytls explain {mail.protocol}://{target.host}:{target.port}`. If that comes to TLS, only the way of beginning is wrong.",
    },
    ["mail-port-blocked"] = {
        title = "The network keeps the mail port closed",
        why   = "No connection to {target.host} on port {target.port} came about ({dial.error}). Many networks close the ports of mail, while pages load as usual.",
        because = because,
        ios   = { app = "Mail: sending fails while receiving works, or the other way round", grade = "unverified" },
        device_fix = { "Try with another network, or over the mobile one.", "For sending use port 465 or 587, never 25." },
        server_fix = { "Offer 465 and 587 for sending, 993 for receiving." },
        next_test = "Run the same from another network. If it answers there, this network closes the port.",
    },
    ["starttls-injection"] = {
        title = "Something was slipped in before TLS began",
        why   = "Behind the go-ahead of {target.host} for TLS came more bytes in the open. They would have been taken for words of the encrypted dialogue; whytls ended it instead.",
        because = because,
        ios   = { app = "nothing: an iPhone may take such bytes for the server's", grade = "unverified" },
        device_fix = { "Use the port with TLS from the first byte (993, 995, 465)." },
        server_fix = { "Update the mail server (CVE-2011-0411 and its kin). If it is up to date, somebody on the way does this." },
        next_test = "Ask again from another network. If the bytes are gone, somebody on this one sent them.",
        variants = {
            program = {
                why = "Behind the wish for TLS came more bytes in the open, from the side of the program. {target.host} might have taken them for words of the encrypted dialogue; whytls ended it instead.",
                device_fix = { "Update the mail program, or use the port with TLS from the first byte (993, 995, 465)." },
                server_fix = { "Nothing is wrong with the server. Keep it up to date all the same (CVE-2011-0411 and its kin)." },
            },
        },
    },
    ["mail-smtp-vs-imap-cert"] = {
        title = "Sending and receiving differ in certificate",
        why   = "{target.host} is in order on port {mail.good_port}, and is refused on port {target.port}. Each service has a certificate of its own.",
        because = {
            ["mail.good_port"] = "the certificate on port {mail.good_port} was accepted within a day",
            ["target.port"] = "this one is on port {target.port}",
            ["server_leg.verdict.verdict"] = "the certificate on this port is refused",
        },
        ios   = { app = "Mail: receiving works and sending does not, or the other way round", grade = "unverified" },
        device_fix = english.no_setting,
        server_fix = { "Install the certificate of port {mail.good_port} for the service on port {target.port} as well, and reload that service." },
        next_test = "Run `whytls compare {target.host}:{mail.good_port} {target.host}:{target.port}`. It shows how the two differ.",
    },
    ["mail-cert-renewed"] = {
        title = "The mail server has another certificate now",
        why   = "{target.host} shows another certificate than {server_leg.former_seen|ago}. Nobody vouches for either, so an iPhone that was told to trust the old one asks again.",
        because = {
            ["server_leg.former_leaf"] = "before, it showed the certificate {server_leg.former_leaf}",
            ["mail.protocol"] = "it is a mail server, for which iPhones ask and remember ({mail.protocol})",
            ["server_leg.former_seen"] = "that one was seen {server_leg.former_seen|ago}",
        },
        ios   = { app = "Mail: “Cannot Verify Server Identity”, after it worked for months", grade = "unverified" },
        device_fix = { "Ask whoever runs the server for the fingerprint of the new certificate, and compare it with Details in the question." },
        server_fix = { "Use a certificate of a public CA. Or keep a CA of your own, install its root on the phones by a profile, and renew under it." },
        next_test = "Compare the fingerprint that the owner of the server names with the one here: {server_leg.chain.leaf.sha256}. If they differ, somebody else answers.",
    },
    ["mail-auth-after-tls"] = {
        title = "The mail server refuses the login",
        why   = "{target.host} refused name or password. TLS has nothing to do with it: the encrypted connection came about.",
        because = {
            ["mail.login_refused"] = "the server said: “{mail.login_refused}”",
            ["server_leg.version"] = "TLS stood by then ({server_leg.version})",
            ["server_leg.verdict.verdict"] = "its certificate is accepted",
        },
        ios   = { app = "Mail asks for the password again and again", grade = "unverified" },
        device_fix = { "Settings → Apps → Mail → Mail Accounts → the account: enter the password again.", "Where the account has a second factor, the provider wants a password for this app alone, made on its own page." },
        server_fix = { "Look into the server's log for this name. Check that it offers a way of login that iPhones have (PLAIN or LOGIN inside TLS)." },
        next_test = "Log in with the same name and password on the provider's web page. If that works, the account wants a password for apps.",
    },
}
