import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import licensing.Licensing;

/** Takes steps, one line of JSON each. There is no JSON in the JDK, so it borrows the client's. */
public final class Harness {
    private static Method json(String name, Class<?> of) throws Exception {
        Method method = Class.forName("licensing.Licensing$Json").getDeclaredMethod(name, of);
        method.setAccessible(true);
        return method;
    }

    public static void main(String[] args) throws Exception {
        Method parse = json("parse", String.class), write = json("write", Object.class);
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            Map<?, ?> step = (Map<?, ?>) parse.invoke(null, line);
            Map<String, Object> told = new LinkedHashMap<>();
            told.put("id", step.get("id"));
            told.put("value", plain(run(step, (List<?>) step.get("args"))));
            out.println(write.invoke(null, told));
        }
    }

    private static Object run(Map<?, ?> step, List<?> args) {
        Licensing.Options options = new Licensing.Options();
        options.apiKey = (String) step.get("apiKey");
        options.server = (String) step.get("server");
        options.folder = Path.of((String) step.get("store"));
        options.device = (String) step.get("device");
        options.bindToMachine = (Boolean) step.get("isBound");
        options.machineId = (String) step.get("machine");
        options.now = () -> (Long) step.get("now");
        options.deadline = Duration.ofMillis((Long) step.get("deadlineMs"));
        options.pause = Duration.ZERO;
        Licensing licensing = new Licensing(options);
        switch ((String) step.get("do")) {
            case "activate": return licensing.activate((String) args.get(0));
            case "check": return args.isEmpty() ? licensing.check() : licensing.checkNow();
            case "deactivate": return licensing.deactivate();
            case "feature": return licensing.feature((String) args.get(0));
            case "update": return licensing.update();
            case "report": return report(licensing, args);
            case "offlineFile": return licensing.offlineFile(((Long) args.get(0)).intValue());
            case "useOfflineFile": return licensing.useOfflineFile((String) args.get(0));
            default: return licensing.deviceName();
        }
    }

    private static boolean report(Licensing licensing, List<?> args) {
        String group = (String) args.get(0), version = (String) args.get(2);
        return args.get(1) instanceof Number
            ? licensing.report(group, (Number) args.get(1), version, "")
            : licensing.report(group, (String) args.get(1), version, null);
    }

    /** A verdict or a release by its public fields. */
    private static Object plain(Object value) throws IllegalAccessException {
        if (value instanceof Licensing.Result) return value.toString().toLowerCase().replace('_', ' ');
        if (!(value instanceof Licensing.Verdict || value instanceof Licensing.Release)) return value;
        Map<String, Object> fields = new LinkedHashMap<>();
        for (Field field : value.getClass().getFields()) fields.put(field.getName(), plain(field.get(value)));
        return fields;
    }
}
