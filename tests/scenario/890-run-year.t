# A year, day by day, of 200 customers who do what customers do, over the real servers: the books add up.
. tests/scenario/lib.sh
. tests/scenario/business.sh
start_dovecot
new_business
# Under the sanitizers a quarter of it: every path is taken by then.
days=380
case $MAILPROC in *sanitize*) days=${YEAR_DAYS:-100} ;; *) days=${YEAR_DAYS:-$days} ;; esac
MAILPROC=$MAILPROC python3 tests/scenario/year.py "$work" "$dovecot/mail" $((base + 24)) "$days"
tap_failed=$?
