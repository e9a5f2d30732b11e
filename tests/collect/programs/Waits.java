import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.Selector;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/** Threads that wait in all ways that a JVM has, and one that works; it prints `ready` when they stand. */
public class Waits {
    static final Object ONE = new Object(), OTHER = new Object();
    static volatile long sink;

    static int fibonacci(int n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }

    static void start(String name, Callable<?> run) {
        new Thread(() -> { try { run.call(); } catch (Exception failure) { throw new RuntimeException(failure); } }, name).start();
    }

    static Object below(int frames, Callable<?> run) throws Exception { return frames == 0 ? run.call() : below(frames - 1, run); }

    static Object both(Object first, Object second) throws Exception {
        synchronized (first) {
            Thread.sleep(200);
            synchronized (second) { return sleep(); }
        }
    }

    static Object sleep() throws Exception { Thread.sleep(1_000_000); return null; }

    /** Compiled by now, as it was called so often. */
    static Object sleepsAtLast(int round) throws Exception { return below(25, () -> round < 20_000 ? sink++ : sleep()); }

    public static void main(String[] words) throws Exception {
        for (int i = 0; i < 3000; i++) { below(20, () -> sink++); fibonacci(12); }
        start("one", () -> both(ONE, OTHER));
        start("other", () -> both(OTHER, ONE));
        ReentrantLock lock = new ReentrantLock();
        lock.lock();
        CountDownLatch latch = new CountDownLatch(1);
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        for (int i = 0; i < 4; i++) {
            start("lock" + i, () -> below(30, () -> { lock.lock(); return null; }));
            start("sleep" + i, () -> below(40, Waits::sleep));
            start("latch" + i, () -> { latch.await(); return null; });
            start("timed" + i, () -> latch.await(1, TimeUnit.HOURS));
            start("read" + i, () -> new Socket(server.getInetAddress(), server.getLocalPort()).getInputStream().read());
            start("compiled" + i, () -> { for (int round = 0; ; round++) sleepsAtLast(round); });
        }
        start("accept", () -> { for (;;) server.accept(); });
        start("monitor", () -> { synchronized (latch) { latch.wait(); } return null; });
        start("park", () -> { LockSupport.park(); return null; });
        start("select", () -> Selector.open().select());
        start("work", () -> { for (;;) sink += fibonacci(25); });
        ExecutorService pool = Executors.newFixedThreadPool(2);
        for (int i = 0; i < 2; i++) pool.submit(() -> sink++);
        Thread.sleep(2000);
        System.out.println("ready");
        Thread.currentThread().join();
    }
}
