# capture.sh CASE NAME:COMMAND...   in its own network namespace
ip link set lo up
c=$1; shift; rm -rf $c; mkdir -p $c/t1 $c/t2
for command in "$@"; do ./$command < /dev/null > /dev/null 2>&1 10<&- 251<&- & done
sleep ${WAIT:-3}
pids=$(pgrep -x "calls|pair" --ns $$ --nslist net)
for t in 1 2; do
  for p in $pids; do
    gdb -p $p -batch -nx -ex "set pagination off" -ex "set width 0" -ex "thread apply all bt" > $c/t$t/$p.txt 2>&1
  done
  sleep 1
done
ss -tanp > $c/ss.txt
ss -xp > $c/ss-unix.txt
netstat -tanp > $c/netstat.txt 2>/dev/null; netstat -tanpe > $c/netstat-inodes.txt 2>/dev/null
list=$(echo $pids | tr ' ' ',')
lsof -nP -p $list > $c/lsof.txt
lsof -nP +E -p $list > $c/lsof-ends.txt
ls -l $(for p in $pids; do echo /proc/$p/fd; done) > $c/fd.txt
set -- $pids
cat /proc/$1/net/tcp > $c/tcp.txt
cat /proc/$1/net/tcp6 > $c/tcp6.txt
kill $pids; wait 2>/dev/null
