# The rustup that tells kernels which cargo and compiler to call.
case "$*" in
'which cargo') echo "$shims/cargo" ;;
'which rustc') echo "$rustc" ;;
*) [ -n "$rustup" ] || exit 127; exec "$rustup" "$@" ;;
esac
