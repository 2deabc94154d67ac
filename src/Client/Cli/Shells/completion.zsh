#compdef service-ordering
# Completion of service-ordering for zsh. The program itself says what fits: service-ordering '[suggest:POSITION]' LINE.
_service-ordering() {
  local line="${(j: :)words[1,CURRENT]}"
  local -a candidates
  candidates=("${(@f)$("${words[1]}" "[suggest:${#line}]" "$line" 2>/dev/null)}")
  candidates=(${candidates:#})
  if (( ${#candidates} )); then
    compadd -a candidates
  else
    _files
  fi
}
if [[ $funcstack[1] == _service-ordering ]]; then
  _service-ordering "$@"
else
  compdef _service-ordering service-ordering
fi
