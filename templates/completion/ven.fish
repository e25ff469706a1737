# Completion of ven for fish. Use: ven completion fish | source
function __ven_offer
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  set -l before (string match -r -- '^--[\w-]+=' $current; or echo '')
  set -l path (string replace -r -- '^--[\w-]+=' '' $current)
  for line in ($words[1] complete fish -- $words[2..-1] "$current" 2>/dev/null)
    switch $line
      case :yaml
        for file in (__fish_complete_path "$path")
          string match -rq '(/|\.ya?ml)(\t|$)' -- $file; and printf '%s\n' $before$file
        end
      case :files
        for file in (__fish_complete_path "$path")
          printf '%s\n' $before$file
        end
      case :folders
        for file in (__fish_complete_directories "$path" '')
          printf '%s\n' $before$file
        end
      case ':*'
      case '*'
        printf '%s\n' $line
    end
  end
end
complete -c ven -e
complete -c ven -f -k -a '(__ven_offer)'
