public class Ledger {
    static volatile boolean settled;

    static void waitForSettlement() {
        while (!settled)
            ;
    }

    static double total(int rounds) {
        double sum = 0;
        for (int at = 1; at < rounds; at++)
            sum += Math.sqrt(at) * Math.sin(at);
        return sum;
    }

    static void report() {
        for (int round = 0; ; round++)
            total(1_000_000 + round % 7);
    }

    public static void main(String[] arguments) {
        new Thread(Ledger::waitForSettlement, "settler").start();
        new Thread(Ledger::report, "reporter").start();
    }
}
