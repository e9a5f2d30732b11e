# take.sh PID FOLDER: what was printed into tests/dumps/counters, by procps 4.0.2 and gdb 13.1 on Debian 12.  The dump comes last.
mkdir -p $2
LC_ALL=C.UTF-8 top -H -b -n 1 -p $1 > $2/top.txt
LC_ALL=C.UTF-8 top -H -b -n 2 -d 1 -p $1 > $2/top-twice.txt
LC_ALL=C.UTF-8 top -b -n 1 -p $1 > $2/top-processes.txt
ps -Lo pid,lwp,etimes,time,comm -p $1 > $2/ps.txt
ps -Lf -p $1 > $2/ps-full.txt
ps -T -p $1 > $2/ps-spid.txt
ps -Lo pid,lwp,cputimes,stat,comm -p $1 > $2/ps-seconds.txt
grep -H . /proc/$1/task/*/schedstat > $2/schedstat.txt
{ LC_ALL=C date; grep -H ctxt /proc/$1/task/*/status; } > $2/switches.txt
tail -n +1 /proc/$1/task/*/status > $2/status.txt
grep -H . /proc/$1/task/*/stat > $2/stat.txt
tail -n +1 /proc/$1/task/*/sched > $2/sched.txt
for thread in /proc/$1/task/*; do
  mkdir -p $2$thread
  cp $thread/schedstat $thread/status $thread/stat $thread/sched $2$thread/
done
gdb -p $1 -batch -nx -ex "set pagination off" -ex "set width 0" -ex "thread apply all bt full" > $2/dump.txt 2>&1
