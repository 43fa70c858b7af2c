#compdef danelab
# Completion of danelab for zsh. In ~/.zshrc, after compinit: eval "$(danelab completion zsh)"

_danelab() {
  local line
  local -a found shown ending
  for line in "${(@f)$("${words[1]/#\~/$HOME}" completion words -- "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    case $line in
      '') ;;
      ':files') _files; return ;;
      ':open') ending=(-S '') ;;
      *)
        found+=("${line%%$'\t'*}")
        shown+=("${line/$'\t'/  -- }")
        ;;
    esac
  done
  compadd -l -d shown $ending -- "${found[@]}"
}
compdef _danelab danelab
