# Prints its threads as sigdump writes them, or as Sidekiq's handler of SIGTTIN logs them.
require "monitor"
require "net/http"
require "socket"
require "timeout"

accounts, audit = Mutex.new, Mutex.new
rows, jobs, guard, changed = Monitor.new, Queue.new, Mutex.new, ConditionVariable.new
server = TCPServer.new("127.0.0.1", 0)
silent = TCPServer.new("127.0.0.1", 0)

def transfer(first, second)
  first.synchronize do
    sleep 0.2
    second.synchronize { nil }
  end
end

def start(name, &block)
  thread = Thread.new(&block)
  thread.name = name
  thread
end

keeper = start("keeper") { rows.synchronize { sleep } }
start("transfer-1") { transfer(accounts, audit) }
start("transfer-2") { transfer(audit, accounts) }
start("monitor") { sleep 0.1; rows.synchronize { nil } }
start("worker") { jobs.pop }
start("condition") { guard.synchronize { changed.wait(guard) } }
start("joiner") { keeper.join }
start("acceptor") { server.accept }
start("client") { Net::HTTP.get(URI("http://127.0.0.1:#{silent.addr[1]}/")) }
start("select") { IO.select([silent]) ; IO.select([server]) }
start("child") { Process.wait(spawn("sleep 5")) }
start("ticker") { loop { sleep 30 } }
start("spin") { loop { 1 + 1 } }
sleep 1

def sigdump(io)
  io.write "Sigdump at #{Time.now} process #{Process.pid} (#{$0})\n"
  Thread.list.each do |thread|
    io.write "  Thread #{thread} status=#{thread.status} priority=#{thread.priority}\n"
    thread.backtrace.each { |line| io.write "      #{line}\n" }
  end
  io.write "  GC stat:\n      count: #{GC.count}\n  Built-in objects:\n#{format("%10s", "36,752")}: TOTAL\n  String 1,024 bytes\n"
end

def log(io)
  stamp = "2026-03-02T11:00:00.123Z pid=#{Process.pid} tid=oxq7 WARN: "
  Thread.list.each do |thread|
    io.write "#{stamp}Thread TID-#{(thread.object_id ^ Process.pid).to_s(36)} #{thread.name}\n"
    io.write "#{stamp}#{thread.backtrace.join("\n")}\n"
  end
end

ARGV[0] == "sigdump" ? sigdump($stdout) : log($stdout)
$stdout.flush
exit!
