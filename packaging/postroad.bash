# Completion for bash. Subcommands, options and scenarios are asked of the program, so that they are always its own.

_postroad_options() { LC_ALL=C "$1" "$2" --help 2> /dev/null | sed -nE 's/^ +(-[a-z], )?(--[a-z-]+).*/\2/p'; }

_postroad_scenarios() {
    local folder
    for folder in /usr/share/postroad/scenarios /usr/local/share/postroad/scenarios; do
        [ -d "$folder" ] && find "$folder" -name '*.json' ! -name '*.schema.json' -printf '%f\n' | sed 's/\.json$//'
    done
}

_postroad() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} program=${COMP_WORDS[0]}
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W "$(LC_ALL=C "$program" --help | sed -nE 's/^  postroad ([a-z]+) .*/\1/p') --help --version" -- "$word")
        return
    fi
    case $before in
    --theme) mapfile -t COMPREPLY < <(compgen -W 'light dark' -- "$word"); return ;;
    --language) mapfile -t COMPREPLY < <(compgen -W 'en de es fr hi' -- "$word"); return ;;
    --transcript) mapfile -t COMPREPLY < <(compgen -W 'none mail smtp packets' -- "$word"); return ;;
    --pace) mapfile -t COMPREPLY < <(compgen -W 'story steady event' -- "$word"); return ;;
    --mbox) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
    esac
    case $word in
    -*) mapfile -t COMPREPLY < <(compgen -W "$(_postroad_options "$program" "${COMP_WORDS[1]}")" -- "$word") ;;
    *) mapfile -t COMPREPLY < <(compgen -W "$(_postroad_scenarios)" -- "$word"; compgen -f -- "$word") ;;
    esac
}
complete -o filenames -F _postroad postroad
