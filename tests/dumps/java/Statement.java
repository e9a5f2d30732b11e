import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;

/** Hangs the common pool: `java -Djava.util.concurrent.ForkJoinPool.common.parallelism=3 Statement.java future|clinit`. */
public class Statement {
    /** A part that is handed to the pool in which its own task runs: FutureTask.get() adds no worker. */
    static int part(int account) {
        FutureTask<Integer> part = new FutureTask<>(() -> account);
        ForkJoinPool.commonPool().execute(part);
        try {
            return part.get();
        } catch (Exception error) {
            throw new IllegalStateException(error);
        }
    }

    static int total(int account) {
        pause();
        return part(account);
    }

    static void pause() {
        try {
            Thread.sleep(300);
        } catch (InterruptedException error) {
            throw new IllegalStateException(error);
        }
    }

    static void totals() {
        CompletableFuture<?>[] totals = IntStream.range(0, 8)
            .mapToObj(account -> CompletableFuture.supplyAsync(() -> total(account)))
            .toArray(CompletableFuture<?>[]::new);
        CompletableFuture.allOf(totals).join();
    }

    /** A class whose initializer waits for parallel work that uses the class. */
    static class Rates {
        static final int SUM = IntStream.range(0, 10_000).parallel().map(day -> rate(day)).sum();

        static int rate(int day) {
            return day % 7;
        }
    }

    public static void main(String[] arguments) {
        if (arguments[0].equals("clinit"))
            System.out.println(Rates.SUM);
        else
            totals();
    }
}
