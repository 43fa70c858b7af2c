# Completion of danelab for fish. In ~/.config/fish/config.fish: danelab completion fish | source

function __danelab_candidates
    set -l typed (commandline -opc) (commandline -ct)
    set -l program (string replace -r '^~' $HOME -- $typed[1])
    for line in ($program completion words -- $typed[2..-1] 2>/dev/null)
        switch $line
            case ':files'
                __fish_complete_path (commandline -ct)
            case ':open'
            case '*'
                echo $line
        end
    end
end
complete -c danelab -f -a '(__danelab_candidates)'
