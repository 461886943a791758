# SPDX-License-Identifier: GPL-2.0-or-later
# bash completion for procsieve. The options are read from the program's own help, so they always
# match the installed version.

_procsieve_options()
{
	procsieve help "$1" 2>/dev/null | grep -o -E -e '(^ +|, )--?[a-z][a-z-]*' | tr -d ' ,'
}

# _procsieve_cgroups PREFIX: prints the paths of cgroups, from the root of the hierarchy.
_procsieve_cgroups()
{
	local mount

	mount=$(sed -n 's/^\([^ ]* \)\{4\}\([^ ]*\) .* - cgroup2 .*/\2/p' /proc/self/mountinfo | head -n 1)
	[ -z "$mount" ] || compgen -d -- "$mount/${1#/}" | sed "s,^$mount,,"
}

# The columns, from the message about a name that is none.
_procsieve_fields()
{
	procsieve "$1" --fields '?' 2>&1 | sed -n 's/.*; known: //p' | tr -d ,
}

# _procsieve_values COMMAND OPTION: prints the values of an option.
_procsieve_values()
{
	case "$2" in
	-e | --events) echo "fork exec exit comm uid gid sid ptrace coredump all" ;;
	--with)
		echo "exe cwd cgroup container ns ancestors tty login args cred time mem io sched delay"
		if [ "$1" = ps ]; then echo "maps fds"; else echo env; fi
		;;
	--sort) echo "pid ppid user comm state start threads cpu rss vsz" ;;
	--state) echo "R S D T t X Z P I" ;;
	--env) compgen -e ;;
	--format) echo "text json" ;;
	--fields) _procsieve_fields "$1" ;;
	-o) [ "$1" = ps ] && _procsieve_fields ps ;;
	--time) echo "local utc date rel delta none" ;;
	--color) echo "auto always never" ;;
	--hooks) echo "auto tracepoint classic fentry" ;;
	-u | --user | --euid | --owner) cut -d: -f1 /etc/passwd ;;
	--auid)
		cut -d: -f1 /etc/passwd
		echo set unset
		;;
	-g | --group | --allow-group) cut -d: -f1 /etc/group ;;
	-p | --pid | --children | --descendants) ps -e -o pid= ;;
	*) return 1 ;;
	esac
}

_procsieve()
{
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} values i

	COMPREPLY=()
	for ((i = 2; i < COMP_CWORD; i++)); do
		if [ "${COMP_WORDS[i]}" = -- ]; then
			# The command to run, and its arguments.
			compopt -o default
			((i + 1 == COMP_CWORD)) && mapfile -t COMPREPLY < <(compgen -c -- "$word")
			return
		fi
	done
	if ((COMP_CWORD == 1)); then
		mapfile -t COMPREPLY < <(compgen -W "watch ps serve status check schema help -h --help -V --version" -- "$word")
	elif [ "${COMP_WORDS[1]}" = help ]; then
		mapfile -t COMPREPLY < <(compgen -W "watch ps serve status check schema help" -- "$word")
	elif [[ "${COMP_WORDS[1]} $before" == "watch -o" || "$before" == --output || "$before" == --socket || "$before" == --config ]]; then
		compopt -o default
	elif [ "$before" = --cgroup ]; then
		compopt -o default -o nospace
		mapfile -t COMPREPLY < <(_procsieve_cgroups "$word")
	elif values=$(_procsieve_values "${COMP_WORDS[1]}" "$before"); then
		# Completes the last item of a list.
		local head=${word%"${word##*,}"}
		mapfile -t COMPREPLY < <(compgen -P "$head" -W "$values" -- "${word##*,}")
	else
		mapfile -t COMPREPLY < <(compgen -W "$(_procsieve_options "${COMP_WORDS[1]}")" -- "$word")
	fi
}

complete -F _procsieve procsieve
