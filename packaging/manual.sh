#!/bin/sh
# The manual in scdoc(5), on stdout: what the program says about itself, so that it cannot say something else.
#
#   manual.sh PROGRAM VERSION
set -eu

program=$1 version=$2

# Bold and underlined mean something in scdoc, and so do some signs.
escape() { sed 's/[\\_*#~`<>]/\\&/g'; }

# The lines between "options:" and the end: "  -o, --output FILE  what it is for".
options() {
    sed -n '/^options:/,$ { /^options:/d; p; }' | sed -nE 's/^ +((-[a-z], )?--[a-z-]+( [^ ]+)?) +/\1\t/p' |
        while IFS="$(printf '\t')" read -r option meaning; do
            printf '*%s*\n\t%s\n\n' "$(printf '%s' "$option" | escape)" "$(printf '%s' "$meaning" | escape)"
        done
}

subcommands() { LC_ALL=C "$program" --help | sed -nE 's/^  postroad ([a-z]+) .*/\1/p'; }

cat << END
postroad(1) "postroad $version" "General Commands Manual"

# NAME

postroad - a laboratory for e-mail delivery

# SYNOPSIS

*postroad* _SUBCOMMAND_ [options]

# DESCRIPTION

A small internet is described in a file: clients, mail servers, name servers, links that lose packets. *postroad* runs it in
virtual time with real protocols (SMTP, DNS, TCP), and shows how mails and packets flow, in a window, as text, as captures
for *wireshark*(1), as pages, pictures and films, and as statistics of thousands of runs.

END
for subcommand in $(subcommands); do
    help=$(LC_ALL=C "$program" "$subcommand" --help)
    printf '# POSTROAD %s\n\n' "$(printf '%s' "$subcommand" | tr '[:lower:]' '[:upper:]')"
    printf '%s\n\n' "$(printf '%s\n' "$help" | sed -n '1 s/^usage: //p' | escape)"
    printf '%s\n' "$help" | sed -n '2,/^options:/ { /^options:/d; p; }' | escape | sed '/./,$!d'
    printf '%s\n' "$help" | options
done
tab=$(printf '\t')
sed "s/^>/$tab/" << END
# EXIT STATUS

0
>All went as expected.

1
>It could not be done, or something did not come as the scenario expects.

2
>The command line, or a file that it names, is not right; the message says where and why.

130
>Ctrl-C.

# ENVIRONMENT

LANG, LC\_MESSAGES, LANGUAGE
>The language of the window and of all messages: English, German, Spanish, French or Hindi.

XDG\_CONFIG\_HOME
>Where the window's arrangement is remembered, in a folder _postroad_.

# FILES

_/usr/share/postroad/scenarios_
>The scenarios in the order in which they teach; they are named without folder and ending: *postroad view first-mail*.

# SEE ALSO

*wireshark*(1), *tcpdump*(1), *postfix*(1), *ffmpeg*(1)
END
