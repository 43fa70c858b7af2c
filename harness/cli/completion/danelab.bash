# Completion of danelab for bash. In ~/.bashrc: eval "$(danelab completion bash)"

_danelab() {
  local line=${COMP_LINE:0:COMP_POINT} candidate help
  local -a typed
  read -r -a typed <<<"$line"
  [[ $line == *[[:space:]] ]] && typed+=("")
  local current=${typed[${#typed[@]} - 1]}
  # Of a word with one of these signs bash replaces what stands behind the last one.
  local kept=${current%"${current##*[@=:]}"}
  COMPREPLY=()
  while IFS=$'\t' read -r candidate help; do
    case $candidate in
      ':files') compopt -o default 2>/dev/null ;;
      ':open') compopt -o nospace 2>/dev/null ;;
      *)
        candidate=${candidate#"$kept"}
        COMPREPLY+=("${candidate//\*/\\*}")
        ;;
    esac
  done < <("${typed[0]/#\~/$HOME}" completion words -- "${typed[@]:1}" 2>/dev/null)
}
complete -F _danelab danelab
