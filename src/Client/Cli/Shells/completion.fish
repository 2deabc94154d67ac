# Completion of service-ordering for fish. The program itself says what fits: service-ordering '[suggest:POSITION]' LINE.
function __service_ordering_suggest
    set -l line (commandline --cut-at-cursor --current-process)
    set -l program (commandline --tokenize --current-process)[1]
    set -l word (commandline --cut-at-cursor --current-token)
    set -l candidates (string match -- "$word*" ($program "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null))
    # A file where the program knows no word.
    if set -q candidates[1]
        printf '%s\n' $candidates
    else
        __fish_complete_path "$word"
    end
end
complete --command service-ordering --no-files --arguments '(__service_ordering_suggest)'
