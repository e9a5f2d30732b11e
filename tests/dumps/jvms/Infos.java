import java.lang.management.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.concurrent.locks.*;
public class Infos {
  static final Object left = new Object(), right = new Object();
  static final ReentrantLock gate = new ReentrantLock();
  static void both(Object a, Object b) { synchronized (a) { nap(300); synchronized (b) { nap(1); } } }
  static void nap(long ms) { try { Thread.sleep(ms); } catch (InterruptedException e) {} }
  static void start(String name, Runnable r) { Thread t = new Thread(r, name); t.setDaemon(true); t.start(); }
  public static void main(String[] args) throws Exception {
    start("transfer-1", () -> both(left, right));
    start("transfer-2", () -> both(right, left));
    start("keeper", () -> { gate.lock(); nap(10000000); });
    nap(200);
    start("visitor", () -> gate.lock());
    ExecutorService pool = Executors.newFixedThreadPool(2); for (int i = 0; i < 2; i++) pool.submit(() -> nap(1));
    start("waiter", () -> { synchronized (args) { try { args.wait(); } catch (InterruptedException e) {} } });
    nap(1000);
    ThreadInfo[] infos = ManagementFactory.getThreadMXBean().dumpAllThreads(true, true);
    if (args.length > 0 && args[0].equals("json")) { json(infos); System.exit(0); }
    for (ThreadInfo i : infos) System.out.print(i);
    System.exit(0);
  }
  static String q(Object s) { return s == null ? "null" : "\"" + s + "\""; }
  static String lock(LockInfo l) { return l == null ? "null" : "{\"className\":" + q(l.getClassName()) + ",\"identityHashCode\":" + l.getIdentityHashCode() + "}"; }
  static String frame(StackTraceElement e) { return "{\"classLoaderName\":" + q(e.getClassLoaderName()) + ",\"moduleName\":" + q(e.getModuleName()) + ",\"moduleVersion\":" + q(e.getModuleVersion()) + ",\"methodName\":" + q(e.getMethodName()) + ",\"fileName\":" + q(e.getFileName()) + ",\"lineNumber\":" + e.getLineNumber() + ",\"className\":" + q(e.getClassName()) + ",\"nativeMethod\":" + e.isNativeMethod() + "}"; }
  static void json(ThreadInfo[] infos) {
    StringJoiner all = new StringJoiner(",", "{\"threads\":[", "]}");
    for (ThreadInfo i : infos) {
      StringJoiner st = new StringJoiner(",", "[", "]"), mo = new StringJoiner(",", "[", "]"), sy = new StringJoiner(",", "[", "]");
      for (StackTraceElement e : i.getStackTrace()) st.add(frame(e));
      for (MonitorInfo m : i.getLockedMonitors()) mo.add("{\"className\":" + q(m.getClassName()) + ",\"identityHashCode\":" + m.getIdentityHashCode() + ",\"lockedStackDepth\":" + m.getLockedStackDepth() + ",\"lockedStackFrame\":" + frame(m.getLockedStackFrame()) + "}");
      for (LockInfo l : i.getLockedSynchronizers()) sy.add(lock(l));
      all.add("{\"threadName\":" + q(i.getThreadName()) + ",\"threadId\":" + i.getThreadId() + ",\"blockedTime\":-1,\"blockedCount\":" + i.getBlockedCount() + ",\"waitedTime\":-1,\"waitedCount\":" + i.getWaitedCount() + ",\"lockName\":" + q(i.getLockName()) + ",\"lockOwnerId\":" + i.getLockOwnerId() + ",\"lockOwnerName\":" + q(i.getLockOwnerName()) + ",\"daemon\":" + i.isDaemon() + ",\"inNative\":" + i.isInNative() + ",\"suspended\":" + i.isSuspended() + ",\"threadState\":" + q(i.getThreadState()) + ",\"priority\":" + i.getPriority() + ",\"stackTrace\":" + st + ",\"lockedMonitors\":" + mo + ",\"lockedSynchronizers\":" + sy + ",\"lockInfo\":" + lock(i.getLockInfo()) + "}");
    }
    System.out.println(all);
  }
}
