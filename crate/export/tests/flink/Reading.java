package eddy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Map;

/** Says where the job's class reads a record in another way than the lab did: a line of JSON each, from standard input. */
public final class Reading {
    private static final ObjectMapper JSON = new ObjectMapper();

    public static void main(String[] args) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            compare(JSON.readTree(line));
        }
    }

    private static void compare(JsonNode record) throws Exception {
        String place = record.get("name").textValue() + " " + record.get("offset");
        JsonNode row = null;
        JsonNode schema = NullNode.getInstance();
        if (record.get("value").isTextual()) {
            try {
                JsonNode whole = JSON.readTree(record.get("value").textValue());
                boolean wrapped = (boolean) call("isWrapped", whole);
                schema = wrapped ? whole.get("schema") : schema;
                row = (JsonNode) call("newRow", wrapped ? whole.get("payload") : whole);
            } catch (LaneJob.Unreadable | java.io.IOException unreadable) {
                row = null;
            }
        }
        if (!record.get("is_row").isNull() && record.get("is_row").booleanValue() != (row != null)) {
            System.out.println(place + (row == null ? " no row" : " row") + " " + record.get("value"));
            return;
        }
        Iterator<Map.Entry<String, JsonNode>> numbers = record.get("numbers").fields();
        while (row != null && numbers.hasNext()) {
            Map.Entry<String, JsonNode> wanted = numbers.next();
            String why = "";
            Double found = null;
            try {
                found = new LaneJob.Columns(row, schema).number(wanted.getKey());
            } catch (LaneJob.Unreadable unreadable) {
                why = unreadable.getMessage();
            }
            Double lab = wanted.getValue().isNull() ? null : wanted.getValue().doubleValue();
            if (found == null ? lab != null : lab == null || found.doubleValue() != lab.doubleValue()) {
                System.out.println(place + " " + wanted.getKey() + " " + found + " " + why + " - the lab: " + lab);
            }
        }
    }

    private static Object call(String name, JsonNode argument) throws Exception {
        Method method = LaneJob.ReadEvents.class.getDeclaredMethod(name, JsonNode.class);
        method.setAccessible(true);
        try {
            return method.invoke(null, argument);
        } catch (InvocationTargetException thrown) {
            throw (Exception) thrown.getCause();
        }
    }
}
