# bash completion for whytls
_whytls() {
    local word=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]:-} options= words=
    if [ "$COMP_CWORD" = 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W "run explain judge ca lab rules --help --version" -- "$word")
        return
    fi
    case $command in
    run) options="--listen --log --data --roots --resolve --rules --threads --lab --allow-public --keylog --color --quiet --verbose --help" ;;
    explain) options="--host --at --roots --anchors-are --resolve --json --color --verbose --help" ;;
    ca) options="--format --data --json --help" words="init show export" ;;
    lab) options="--list --json --data --help" ;;
    rules) options="--json --verbose --rules --help" words="list test fields new" ;;
    judge) options="--help" ;;
    esac
    case ${COMP_WORDS[COMP_CWORD-1]} in
    --color) mapfile -t COMPREPLY < <(compgen -W "always never auto" -- "$word"); return ;;
    --format) mapfile -t COMPREPLY < <(compgen -W "pem der mobileconfig" -- "$word"); return ;;
    --anchors-are) mapfile -t COMPREPLY < <(compgen -W "system user" -- "$word"); return ;;
    esac
    if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
    else
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word"; compgen -f -- "$word")
    fi
}
complete -o filenames -F _whytls whytls
