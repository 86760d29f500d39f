import licensing.Licensing;

public class App {
    public static void main(String[] args) {
        Licensing license = new Licensing();
        Licensing.Verdict verdict = args.length > 0 ? license.activate(args[0]) : license.check();
        if (!verdict.allowed) {
            System.err.println(verdict.why + " " + verdict.help);
            System.exit(1);
        }
        System.out.println("Welcome to the edition " + license.feature("tier"));
    }
}
