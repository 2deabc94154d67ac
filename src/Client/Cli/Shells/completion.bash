# Completion of service-ordering for bash. The program itself says what fits: service-ordering '[suggest:POSITION]' LINE.
_service_ordering() {
  local line=${COMP_LINE:0:COMP_POINT} program=${COMP_WORDS[0]} word reply begin
  local candidate
  # The word as the program sees it: bash also ends words at : and =, which stand in addresses and filters.
  word=${line##*[[:space:]]}
  reply=$("${program/#\~/$HOME}" "[suggest:${#line}]" "$line" 2>/dev/null) || return
  COMPREPLY=()
  while IFS= read -r candidate; do
    [[ -n $candidate && $candidate == "$word"* ]] && COMPREPLY+=("$candidate")
  done <<<"$reply"
  begin=${word%"${word##*[:=]}"}
  if [[ -n $begin && $COMP_WORDBREAKS == *[:=]* ]]; then
    COMPREPLY=("${COMPREPLY[@]#"$begin"}")
  fi
  # A file where the program knows no word.
  if ((${#COMPREPLY[@]} == 0)); then
    compopt -o default
  elif [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then
    compopt -o nospace
  fi
}
complete -F _service_ordering service-ordering
