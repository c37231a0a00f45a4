#compdef whytls
# zsh completion for whytls. Made by deploy/pages.py from the program's --help.
_whytls() {
    local -a commands=(
    'run:start the proxy'
    'explain:what would an iPhone say of this host or certificate, and why?'
    'compare:two that should be the same\: why is one accepted and the other not?'
    'judge:JSON Lines of cases in, JSON Lines of verdicts out'
    'ca:our own root\: init, show, export, renew'
    'profile:one .mobileconfig out of many company certificates\: build, lint'
    'lab:a local badssl\: one failing server per cause'
    'flows:the connections that are kept, by a filter; as they come'
    'devices:the phones we know\: how far their set-up came, and who refuses us there'
    'export:what is kept, as a file\: HAR, JSON Lines, pcapng, CSV, curl, a report'
    'import:HAR or JSON Lines back into what is kept'
    'review:which app accepted which faulty certificate, and who pins'
    'doctor:is everything here, and is its data fresh?'
    'rules:the Lua rules\: list, test, fields'
    'plugins:the C plugins\: which there are, and whether each works'
    )
    if (( CURRENT == 2 )); then
        _describe command commands
        return
    fi
    local command=$words[2]
    shift words
    (( CURRENT-- ))
    case $command in
    run) _arguments -s \
        '*-l[where phones connect; may be given again (default 0.0.0.0\:8080). Behind a load balancer\: ADDR\:PORT,proxy-protocol]:addr\:port:' '*--listen[where phones connect; may be given again (default 0.0.0.0\:8080). Behind a load balancer\: ADDR\:PORT,proxy-protocol]:addr\:port:' \
        '*--proxy-auth[ask clients for a login (HTTP Basic, SOCKS5); may be given again. @FILE\: one a line]:user\:password:' \
        '*--upstream[reach sites through another proxy, http\://HOST\:PORT, https\:// or socks5\://, with USER\:PASSWORD@ before the host if need be; PATTERN is shop.example or *.shop.example; direct=PATTERN goes past it; may be given again. @FILE\: one a line]:url[=pattern]:' \
        '--upstream-ca[the roots (PEM) that an https\:// proxy is verified by, instead of the system'\''s]:file:_files' \
        '*--transparent[where this machine'\''s firewall redirects phones to that use it as their gateway (see deploy/nftables/up.sh); may be given again]:addr\:port:' \
        '--tproxy[the same for its tproxy rules; needs CAP_NET_ADMIN]:addr\:port:' \
        '--ui[where the web UI and its API are (default 127.0.0.1\:8081); off\: nowhere]:addr\:port:' \
        '--config[settings as Lua data (default $XDG_CONFIG_HOME/whytls/config.lua)]:file:_files' \
        '--log[write each connection'\''s record as a JSON line; - is standard output]:file:_files' \
        '--data[root key and state (default $XDG_DATA_HOME/whytls)]:dir:_files' \
        '--roots[trusted roots\: apple (default), mozilla (the system'\''s bundle), or a file or folder of them]:whose:_files' \
        '*--resolver[ask this name server instead of the system'\''s; may be given again]:addr[\:port]:' \
        '*--resolve[answer for a host instead of DNS; may be given again]:host\:addr:' \
        '*--rules[a folder of rule packages of your own; may be given again]:dir:_files' \
        '--watch[reload the rules when a file of theirs changes, not only on SIGHUP]' \
        '*--plugin[a C plugin of your own (FILE.so); may be given again. Others are taken from $XDG_CONFIG_HOME/whytls/plugins]:file:_files' \
        '*--geo-db[where sites are\: a GeoLite2 or DB-IP database (FILE.mmdb) of countries, or with "asn" in its name of networks; may be given again]:file:_files' \
        '--revocation[off; staple\: what sites send along (default, as iPhones); fetch\: ask responders as well]:how:(off staple fetch)' \
        '--fetch[on, or off\: fetch a missing intermediate as iPhones do (default on)]:when:(on off)' \
        '--learn[off; suggest (default)\: offer it; on\: hosts that an app refused us for pass unread for a day]:when:(off suggest on)' \
        '--learn-after[of --learn on\: after so many refusals in a row (default 1)]:n:' \
        '*--fault[show apps a certificate with this fault, on purpose; may be given again]:cause[@host[%device]]:' \
        '--mirror-faults[show apps the fault that the site'\''s own certificate has, instead of a page]:[=host[%device]]:' \
        '*--identity[a client certificate with its key (PKCS#12, or PEM) for sites that ask for one\: HOST, *.HOST, or any; may be given again]:file[=host]:' \
        '--identity-password-file[its first line is the password of those files]:file:_files' \
        '*--ask-client-certificate[ask clients of this host (*.HOST\: all below it) for a certificate, and record it; nobody is let in or kept out by it; may be given again]:host:' \
        '--keep-days[keep connections in the data folder for N days (default 30); 0\: keep none]:n:' \
        '--keep-mib[and at most N MiB of them (default 2048)\: the oldest go first]:n:' \
        '--bodies[keep the first 64 KiB of each body beside the connection\: off (default), failed (of what went wrong), all]:whose:_files' \
        '--keep-secrets[keep what crossed on both legs as it crossed, and the TLS secrets that open it\: for whytls export --raw pcapng]' \
        '--threads[traffic threads (default\: one a core)]:n:' \
        '--sign-profile[sign the profile that phones download; PEM\: certificate, those above it, key]:file:_files' \
        '--lab[start the lab too\: sites under lab.test, each with one fault]' \
        '--allow-public[accept clients from public addresses, too]' \
        '--keylog[write TLS secrets of both legs for Wireshark]:file:_files' \
        '--color[always, never or auto]:when:(always never auto)' \
        '-q[show failing connections only, one line each]' '--quiet[show failing connections only, one line each]' \
        '-v[show each request, and every explanation]' '--verbose[show each request, and every explanation]' \
        '--help[this text]' \
        '*:file:_files' ;;
    explain) _arguments -s \
        '--host[the name to look for (default\: the host; none for a file)]:name:' \
        '--at[judge at this time\: RFC 3339, or a date]:time:' \
        '--roots[trusted roots\: apple (default), mozilla (the system'\''s bundle), or a file or folder of them]:whose:_files' \
        '--anchors-are[system; user\: as if the roots were installed on the phone; custom\: an app'\''s own, of --roots FILE]:kind:(system user custom)' \
        '--policy[ios (default), or webpki\: what Chrome, Firefox and Android go by]:whose:_files' \
        '--email[judge a mail certificate (S/MIME) of this address]:address:' \
        '--password-file[its first line is the password of a PKCS#12 file]:file:_files' \
        '--revocation[ask the responders and lists named in the certificates; iPhones do not]' \
        '--fetch[on, or off\: fetch a missing intermediate as iPhones do (default on)]:when:(on off)' \
        '*--identity[a client certificate with its key (PKCS#12, or PEM) for sites that ask for one\: HOST, *.HOST, or any; may be given again]:file[=host]:' \
        '--identity-password-file[its first line is the password of those files]:file:_files' \
        '*--resolver[ask this name server instead of the system'\''s; may be given again]:addr[\:port]:' \
        '*--resolve[answer for a host instead of DNS; may be given again]:host\:addr:' \
        '--lab[start the lab for this question\: sites under lab.test, each with one fault]' \
        '--json[the whole record as one JSON object]' \
        '--color[always, never or auto]:when:(always never auto)' \
        '-v[show every fact]' '--verbose[show every fact]' \
        '--help[this text]' \
        '*:file:_files' ;;
    compare) _arguments -s \
        '--host[the name to look for (default\: the host; none for a file)]:name:' \
        '--at[judge at this time\: RFC 3339, or a date]:time:' \
        '--roots[trusted roots\: apple (default), mozilla (the system'\''s bundle), or a file or folder of them]:whose:_files' \
        '--anchors-are[system; user\: as if the roots were installed on the phone; custom\: an app'\''s own, of --roots FILE]:kind:(system user custom)' \
        '--policy[ios (default), or webpki\: what Chrome, Firefox and Android go by]:whose:_files' \
        '--email[judge a mail certificate (S/MIME) of this address]:address:' \
        '--password-file[its first line is the password of a PKCS#12 file]:file:_files' \
        '--revocation[ask the responders and lists named in the certificates; iPhones do not]' \
        '--fetch[on, or off\: fetch a missing intermediate as iPhones do (default on)]:when:(on off)' \
        '*--identity[a client certificate with its key (PKCS#12, or PEM) for sites that ask for one\: HOST, *.HOST, or any; may be given again]:file[=host]:' \
        '--identity-password-file[its first line is the password of those files]:file:_files' \
        '*--resolver[ask this name server instead of the system'\''s; may be given again]:addr[\:port]:' \
        '*--resolve[answer for a host instead of DNS; may be given again]:host\:addr:' \
        '--lab[start the lab for this question\: sites under lab.test, each with one fault]' \
        '--json[one JSON object]' \
        '--color[always, never or auto]:when:(always never auto)' \
        '-v[show every value in full]' '--verbose[show every value in full]' \
        '--help[this text]' \
        '*:file:_files' ;;
    judge) _arguments -s \
        '--help[this text]' \
        '*:file:_files' ;;
    ca) _arguments -s \
        '--format[of export\: pem (default), der, mobileconfig]:format:(pem der mobileconfig)' \
        '--data[where whytls keeps its files]:dir:_files' \
        '--new-key[of renew\: a new key as well; every phone must then install the new root]' \
        '--json[of init, show and renew\: one JSON object]' \
        '--help[this text]' \
        '1:what:(init show export renew)' '*:file:_files' ;;
    profile) _arguments -s \
        '-o[of build\: write here instead of to standard output]:file:_files' '--out[of build\: write here instead of to standard output]:file:_files' \
        '--name[of build\: the name that the phone shows (default\: the first root'\''s)]:text:' \
        '--organization[of build\: who made it, as the phone shows it]:text:' \
        '--identifier[of build\: a profile of the same identifier is replaced (default\: made from the roots'\'' keys)]:id:' \
        '*--identity[of build\: a PKCS#12 identity to install as well; may be given again]:file:_files' \
        '--password-file[of build\: its first line is the password of the identities]:file:_files' \
        '--embed-password[of build\: write that password into the profile, where everybody can read it]' \
        '--sign[of build\: sign with this certificate and its key (PEM or PKCS#12)]:file:_files' \
        '--sign-key[of build\: the key, when it is in a file of its own (PEM)]:file:_files' \
        '--sign-password-file[of build\: its first line is the password of that key]:file:_files' \
        '--at[judge at this time\: RFC 3339, or a date]:time:' \
        '--roots[trusted roots\: apple (default), mozilla (the system'\''s bundle), or a file or folder of them]:whose:_files' \
        '--json[what iOS will do with it, as one JSON object; of build\: with --out]' \
        '--color[always, never or auto]:when:(always never auto)' \
        '-v[show every fact]' '--verbose[show every fact]' \
        '--help[this text]' \
        '1:what:(build lint)' '*:file:_files' ;;
    lab) _arguments -s \
        '--list[print the table of sites and end]' \
        '--json[as one JSON object]' \
        '--files[write the files that show a fault, for whytls explain, and end]:dir:_files' \
        '--play[be a phone in that plight, against --proxy, and end]:cause:' \
        '--proxy[the proxy on this machine that the phone uses (default 127.0.0.1\:8080)]:addr\:port:' \
        '--data[where the lab keeps its certificates (default $XDG_DATA_HOME/whytls)]:dir:_files' \
        '--help[this text]' \
        '*:file:_files' ;;
    flows) _arguments -s \
        '-n[the newest N (default 50); 0\: all]:n:' '--most[the newest N (default 50); 0\: all]:n:' \
        '-f[go on with those that come]' '--follow[go on with those that come]' \
        '-v[show each request, and every explanation]' '--verbose[show each request, and every explanation]' \
        '--json[one record a line, as the log has them]' \
        '--prune[drop the connections that are older than DAYS days, now]:days:' \
        '--data[where whytls keeps its files]:dir:_files' \
        '--color[always, never or auto]:when:(always never auto)' \
        '--help[this text]' \
        '*:file:_files' ;;
    devices) _arguments -s \
        '--data[where whytls keeps its files]:dir:_files' \
        '--json[one JSON object]' \
        '--color[always, never or auto]:when:(always never auto)' \
        '--help[this text]' \
        '*:file:_files' ;;
    export) _arguments -s \
        '-o[where it goes (default\: standard output); readable by you alone]:file:_files' '--output[where it goes (default\: standard output); readable by you alone]:file:_files' \
        '--id[one connection, by its id, instead of a FILTER]:id:' \
        '--raw[with credentials, cookies and tokens as they were; else they are left out]' \
        '--chains[of jsonl\: each connection with its certificates]' \
        '--json[with -o\: say as one JSON object what was written]' \
        '--data[where whytls keeps its files]:dir:_files' \
        '--help[this text]' \
        '*:file:_files' ;;
    import) _arguments -s \
        '--json[say as one JSON object what came of it]' \
        '--data[where whytls keeps its files]:dir:_files' \
        '--help[this text]' \
        '*:file:_files' ;;
    review) _arguments -s \
        '--app[records of this app alone]:name:' \
        '--device[records of this device alone\: its name, id or address]:name:' \
        '--json[one JSON object]' \
        '--csv[a line for each fault and each pin, for a spreadsheet]' \
        '--color[always, never or auto]:when:(always never auto)' \
        '--help[this text]' \
        '*:file:_files' ;;
    doctor) _arguments -s \
        '--refresh[take FILE for this list\: roots, removed, limits, pinned-hosts, ct-logs; or apple-roots, a PEM bundle]:list:(roots removed limits ct-logs pinned-hosts apple-roots)' \
        '--sha256[of --refresh\: take FILE only if this is its fingerprint]:hex:' \
        '--data[where whytls keeps its files]:dir:_files' \
        '--json[one JSON object]' \
        '--color[always, never or auto]:when:(always never auto)' \
        '--help[this text]' \
        '*:file:_files' ;;
    rules) _arguments -s \
        '--json[list\: one object with "v"\:1]' \
        '--changes[list\: only what differs from the rules as they are shipped]' \
        '--markdown[fields\: all of it as Markdown, as in the guide]' \
        '--on[run\: a log of run --log; - is standard input]:flows:' \
        '--why[run\: what was struck out or too weak, too]' \
        '-v[test\: name what passed as well]' '--verbose[test\: name what passed as well]' \
        '*--rules[another folder of rule packages; may be given again]:dir:_files' \
        '--config[settings as Lua data (default $XDG_CONFIG_HOME/whytls/config.lua)]:file:_files' \
        '--help[this text]' \
        '1:what:(list test fields new run)' '*:file:_files' ;;
    plugins) _arguments -s \
        '--check[load this plugin in a process of its own, let a made-up connection pass, and tell what happened]:file:_files' \
        '--json[one object with "v"\:1]' \
        '--data[where whytls keeps its files]:dir:_files' \
        '--config[settings as Lua data (default $XDG_CONFIG_HOME/whytls/config.lua)]:file:_files' \
        '*--plugin[a C plugin of your own (FILE.so); may be given again. Others are taken from $XDG_CONFIG_HOME/whytls/plugins]:file:_files' \
        '*--geo-db[where sites are\: a GeoLite2 or DB-IP database (FILE.mmdb) of countries, or with "asn" in its name of networks; may be given again]:file:_files' \
        '--help[this text]' \
        '*:file:_files' ;;
    esac
}
_whytls "$@"
