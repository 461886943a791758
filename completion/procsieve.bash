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
	--fields) procsieve "$1" --fields '?' 2>&1 | sed 's/.*known: //; s/,//g' ;;
	--state) echo "R S D T t X Z P I" ;;
	--exit-status) compgen -A signal SIG | grep -v -x SIGJUNK && echo "signal core" ;;
	--env) compgen -e ;;
	--format) echo "text json" ;;
	--color) echo "auto always never" ;;
	--time) echo "local utc date rel delta none" ;;
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

# _procsieve_list OPTION WORD VALUES: completes the last item of a list, which may begin with a "-".
_procsieve_list()
{
	local head=${2%"${2##*,}"} item=${2##*,} values=$3

	case "$1,$item" in
	--sort,-* | -e,-* | --events,-*)
		head=$head-
		item=${item#-}
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -P "$head" -W "$values" -- "$item")
}

# _procsieve_command INDEX: completes a command that begins at that word.
_procsieve_command()
{
	local offset

	for offset in _comp_command_offset _command_offset; do
		if declare -F $offset >/dev/null; then
			$offset "$1"
			return
		fi
	done
	# Without the package bash-completion: names of commands, then of files.
	compopt -o default
	if ((COMP_CWORD == $1)); then
		mapfile -t COMPREPLY < <(compgen -c -- "${COMP_WORDS[COMP_CWORD]}")
	fi
}

_procsieve()
{
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} values i

	COMPREPLY=()
	for ((i = 2; i < COMP_CWORD; i++)); do
		if [ "${COMP_WORDS[i]}" = -- ]; then
			_procsieve_command $((i + 1))
			return
		fi
	done
	# In --format=json, the "=" is a word of its own.
	if [ "$before" = = ]; then
		before=${COMP_WORDS[COMP_CWORD - 2]}
	elif [ "$word" = = ]; then
		word=
	fi
	# For ps, -o is a list of columns.
	[ "${COMP_WORDS[1]},$before" = ps,-o ] && before=--fields
	if ((COMP_CWORD == 1)); then
		mapfile -t COMPREPLY < <(compgen -W "watch ps serve status check schema help -h --help -V --version" -- "$word")
	elif [ "${COMP_WORDS[1]}" = help ]; then
		mapfile -t COMPREPLY < <(compgen -W "watch ps serve status check schema help" -- "$word")
	elif [[ "$before" == -o || "$before" == --output || "$before" == --socket || "$before" == --config ]]; then
		compopt -o default
	elif [ "$before" = --cgroup ]; then
		compopt -o nospace
		mapfile -t COMPREPLY < <(_procsieve_cgroups "$word")
	elif values=$(_procsieve_values "${COMP_WORDS[1]}" "$before"); then
		_procsieve_list "$before" "$word" "$values"
	else
		mapfile -t COMPREPLY < <(compgen -W "$(_procsieve_options "${COMP_WORDS[1]}")" -- "$word")
	fi
}

complete -F _procsieve procsieve
