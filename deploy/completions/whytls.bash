# bash completion for whytls. Made by deploy/pages.py from the program's --help.
_whytls() {
    local word=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]:-} options= words= values=
    if [ "$COMP_CWORD" = 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W "run explain compare judge ca profile lab flows devices export import review doctor rules plugins --help --version" -- "$word")
        return
    fi
    case $command in
    run) options="--listen --proxy-auth --upstream --upstream-ca --transparent --tproxy --ui --config --log --data --roots --resolver --resolve --rules --watch --plugin --geo-db --revocation --fetch --learn --learn-after --fault --mirror-faults --identity --identity-password-file --ask-client-certificate --keep-days --keep-mib --bodies --keep-secrets --threads --sign-profile --lab --allow-public --keylog --color --quiet --verbose --help" ;;
    explain) options="--host --at --roots --anchors-are --policy --email --password-file --revocation --fetch --identity --identity-password-file --resolver --resolve --lab --json --color --verbose --help" ;;
    compare) options="--host --at --roots --anchors-are --policy --email --password-file --revocation --fetch --identity --identity-password-file --resolver --resolve --lab --json --color --verbose --help" ;;
    judge) options="--help" ;;
    ca) options="--format --data --new-key --json --help" words="init show export renew" ;;
    profile) options="--out --name --organization --identifier --identity --password-file --embed-password --sign --sign-key --sign-password-file --at --roots --json --color --verbose --help" words="build lint" ;;
    lab) options="--list --json --files --play --proxy --data --help" ;;
    flows) options="--most --follow --verbose --json --prune --data --color --help" ;;
    devices) options="--data --json --color --help" ;;
    export) options="--output --id --raw --chains --json --data --help" ;;
    import) options="--json --data --help" ;;
    review) options="--app --device --json --csv --color --help" ;;
    doctor) options="--refresh --sha256 --data --json --color --help" ;;
    rules) options="--json --changes --markdown --on --why --verbose --rules --config --help" words="list test fields new run" ;;
    plugins) options="--check --json --data --config --plugin --geo-db --help" ;;
    esac
    case "$command ${COMP_WORDS[COMP_CWORD-1]}" in
    "run --roots") values="apple mozilla" ;;
    "run --revocation") values="off staple fetch" ;;
    "run --fetch") values="on off" ;;
    "run --learn") values="off suggest on" ;;
    "run --color") values="always never auto" ;;
    "explain --roots") values="apple mozilla" ;;
    "explain --anchors-are") values="system user custom" ;;
    "explain --policy") values="ios webpki" ;;
    "explain --fetch") values="on off" ;;
    "explain --color") values="always never auto" ;;
    "compare --roots") values="apple mozilla" ;;
    "compare --anchors-are") values="system user custom" ;;
    "compare --policy") values="ios webpki" ;;
    "compare --fetch") values="on off" ;;
    "compare --color") values="always never auto" ;;
    "ca --format") values="pem der mobileconfig" ;;
    "profile --roots") values="apple mozilla" ;;
    "profile --color") values="always never auto" ;;
    "flows --color") values="always never auto" ;;
    "devices --color") values="always never auto" ;;
    "review --color") values="always never auto" ;;
    "doctor --refresh") values="roots removed limits ct-logs pinned-hosts apple-roots" ;;
    "doctor --color") values="always never auto" ;;
    esac
    if [ -n "$values" ]; then
        mapfile -t COMPREPLY < <(compgen -W "$values" -- "$word"; [[ $values != *apple* ]] || compgen -f -- "$word")
    elif [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
    else
        [ "$COMP_CWORD" = 2 ] || words=
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word"; compgen -f -- "$word")
    fi
}
complete -o filenames -F _whytls whytls
