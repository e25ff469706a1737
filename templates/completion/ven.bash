# Completion of ven for bash. Use: source <(ven completion bash)
_ven() {
  local line=${COMP_LINE:0:COMP_POINT} fragment=${COMP_WORDS[COMP_CWORD]} word typed='' offered at
  local ven=${COMP_WORDS[0]/#\~\//$HOME/}
  COMPREPLY=()
  # What stands behind the cursor stays, as does a quote that begins the word.
  while [[ $line != *"$fragment" ]]; do fragment=${fragment%?}; done
  fragment=${fragment#[\"\']}
  # bash splits words at = and :, ven does not. What stands before such a part is not repeated.
  [[ $fragment == [=:]* ]] && fragment=''
  offered=$("$ven" complete bash "$line" 2>/dev/null) || return
  while IFS=$'\t' read -r word _; do
    case $word in
      :typed:*) typed=${word#:typed:} ;;
      :yaml) compopt -o filenames 2>/dev/null
        while IFS= read -r word; do COMPREPLY+=("$word"); done < <(
          compgen -f -X '!*.yaml' -- "$fragment"; compgen -f -X '!*.yml' -- "$fragment"
          compgen -d -- "$fragment"
        ) ;;
      :files) compopt -o filenames 2>/dev/null
        while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$fragment") ;;
      :folders) compopt -o filenames 2>/dev/null
        while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -d -- "$fragment") ;;
      :nothing) ;;
      *) at=${fragment//[\\\"\']/} at=$((${#typed} - ${#at}))
        COMPREPLY+=("${word:$((at < 0 ? 0 : at))}") ;;
    esac
  done <<<"$offered"
}
complete -F _ven ven
