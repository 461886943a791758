# SPDX-License-Identifier: GPL-2.0-or-later
# fish completion for procsieve. The options are read from the program's own help, so they always
# match the installed version.

# Prints the values of an option of a command: __procsieve_values COMMAND OPTION.
function __procsieve_values
    switch $argv[2]
        case events
            __procsieve_list fork exec exit comm uid gid sid ptrace coredump all
        case with
            set -l words exe cwd cgroup container ns ancestors tty login args cred time mem io sched delay
            if test $argv[1] = ps
                __procsieve_list $words maps fds
            else
                __procsieve_list $words env
            end
        case sort
            __procsieve_list pid ppid user comm state start threads cpu rss vsz
        case fields
            __procsieve_list (procsieve $argv[1] --fields '?' 2>&1 | string replace -r '.*known: ' '' | string split ', ')
        case state
            __procsieve_list R S D T t X Z P I
        case exit-status
            __procsieve_list signal core SIG{HUP,INT,QUIT,ILL,TRAP,ABRT,BUS,FPE,KILL,USR1,SEGV,USR2,PIPE,ALRM,TERM} \
                SIG{STKFLT,CHLD,CONT,STOP,TSTP,TTIN,TTOU,URG,XCPU,XFSZ,VTALRM,PROF,WINCH,IO,PWR,SYS}
        case env
            __procsieve_list (set -n -x)
        case format
            printf '%s\n' text json
        case color
            printf '%s\n' auto always never
        case time
            printf '%s\n' local utc date rel delta none
        case hooks
            printf '%s\n' auto tracepoint classic fentry
        case user euid owner
            __procsieve_list (string replace -r ':.*' '' </etc/passwd)
        case auid
            __procsieve_list (string replace -r ':.*' '' </etc/passwd) set unset
        case group allow-group
            __procsieve_list (string replace -r ':.*' '' </etc/group)
        case pid children descendants
            __procsieve_list (string match -r '^[0-9]+$' (command ls /proc))
        case cgroup
            set -l mount (string match -r -g '^(?:\S+ ){4}(\S+) .* - cgroup2 ' </proc/self/mountinfo)[1]
            set -l word (string replace -r '^--cgroup=' '' -- (commandline -ct))
            test -z "$mount"
            and return
            set -l found $mount/(string trim -l -c / -- $word)*/
            string replace -- $mount '' $found | string replace -r '/$' ''
        case output socket config
            __fish_complete_path (string replace -r '^--[a-z]+=' '' -- (commandline -ct))
    end
end

# Prints each word after what is typed of a list, and with the "-" that the last item begins with.
function __procsieve_list
    set -l typed (string replace -r '^--[a-z-]+=' '' -- (commandline -ct))
    set -l head (string match -r '^(?:.*,)?-?' -- $typed)
    printf '%s\n' $head$argv
end

# Returns whether the word before is one of these, and the word begins with "-".
function __procsieve_after
    contains -- (commandline -opc)[-1] $argv
    and string match -q -- '-*' (commandline -ct)
end

# Completes the command after "--" as if it stood alone.
function __procsieve_command
    set -l tokens (commandline -opc)
    set -l dashes (contains -i -- -- $tokens)
    complete -C (string join ' ' -- (string escape -- $tokens[(math $dashes + 1)..-1]) (commandline -ct))
end

set -l after_dashes 'contains -- -- (commandline -opc)'
set -l commands watch ps serve status check schema help
complete -c procsieve -f
complete -c procsieve -n __fish_is_first_token -s h -l help
complete -c procsieve -n __fish_is_first_token -s V -l version
complete -c procsieve -n "not __fish_seen_subcommand_from $commands" -a "$commands"
complete -c procsieve -n '__fish_seen_subcommand_from help' -a "$commands"
complete -c procsieve -n $after_dashes -a '(__procsieve_command)'

# A value that begins with "-" looks like an option.
complete -c procsieve -n '__procsieve_after -e --events' -a '(__procsieve_values watch events)'
complete -c procsieve -n '__procsieve_after --sort' -a '(__procsieve_values ps sort)'

for command in watch ps serve status check
    for line in (procsieve help $command 2>/dev/null)
        set -l part (string match -r -g '^  (-[a-zA-Z],|   ) --([a-z-]+)((?: [A-Z]+)?) +(.*)' -- $line)
        or continue
        set -l spec
        set -a -- spec --long-option=$part[2] --description=$part[4]
        string match -q -- '-*' $part[1]
        and set -a -- spec --short-option=(string sub -s 2 -l 1 -- $part[1])
        test -z "$part[3]"
        or set -a -- spec --exclusive --arguments="(__procsieve_values $command $part[2])"
        complete -c procsieve -n "__fish_seen_subcommand_from $command; and not $after_dashes" $spec
    end
end
