
    /** A row's columns as numbers. */
    static final class Columns {
        private final JsonNode row;
        private final JsonNode schema;

        Columns(JsonNode row, JsonNode schema) {
            this.row = row;
            this.schema = schema;
        }

#if declared

        /** A column's number: by the event's own schema, or as the lab file declares it. */
        double number(String column) throws Unreadable {
            if (type(column).has("name")) {
                return bySchema(column);
            }
            switch (column) {
                {{declared}}
                default:
                    return bySchema(column);
            }
        }

        /** By the event's own schema, or as JSON has it. */
        private double bySchema(String column) throws Unreadable {
#end
#if not declared

        /** A column's number: by the event's own schema, or as JSON has it. */
        double number(String column) throws Unreadable {
#end
            JsonNode type = type(column);
            JsonNode value = value(column);
            switch (type.path("name").asText()) {
                case "org.apache.kafka.connect.data.Decimal":
                    return finite(column, decimal(column, value, type.path("parameters").path("scale").asInt()));
                case "io.debezium.data.VariableScaleDecimal":
                    return finite(column, decimal(column, value, 0));
                case "io.debezium.time.Timestamp":
                case "org.apache.kafka.connect.data.Timestamp":
                case "io.debezium.time.Time":
                case "org.apache.kafka.connect.data.Time":
                    return time(column, value, 1000, 1);
                case "io.debezium.time.MicroTimestamp":
                    return time(column, value, 1, 1);
                case "io.debezium.time.NanoTimestamp":
                case "io.debezium.time.NanoTime":
                    return time(column, value, 1, 1000);
                case "io.debezium.time.Date":
                case "org.apache.kafka.connect.data.Date":
                    return days(column, value);
                case "io.debezium.data.Bits":
                    return bits(column, value);
                default:
                    break;
            }
            String written = type.path("type").asText();
            if (value.isTextual() && (written.equals("double") || written.equals("float"))) {
                return finite(column, digits(column, value.textValue()));
            }
            return plain(column, value);
        }
#if declared_decimal

        /** A decimal: base64 of a big integer with so many digits behind the point, {scale, value}, or a number. */
        private double declaredDecimal(String column, int scale) throws Unreadable {
            return finite(column, decimal(column, value(column), scale));
        }
#end
#if declared_text

        /** A number, or a text that holds one. */
        private double declaredNumber(String column) throws Unreadable {
            JsonNode value = value(column);
            return value.isTextual() ? finite(column, digits(column, value.textValue())) : plain(column, value);
        }
#end
#if declared_boolean

        /** 1 or 0. */
        private double declaredBoolean(String column) throws Unreadable {
            String value = value(column).asText();
            switch (value) {
                case "true":
                case "t":
                case "1":
                    return 1;
                case "false":
                case "f":
                case "0":
                    return 0;
                default:
                    throw new Unreadable(column + " is " + value(column) + ", not a boolean");
            }
        }
#end
#if declared_enum

        /** The code of a text. */
        private double declaredEnum(String column) throws Unreadable {
            JsonNode value = value(column);
            if (value.isNumber()) {
                return value.doubleValue();
            }
            Double code = CODES.get(column).get(value.asText());
            if (code == null) {
                throw new Unreadable(column + " is " + value + ", which has no code");
            }
            return code;
        }
#end
#if element

        /** An element of an array. */
        private double element(String column, int index) throws Unreadable {
            JsonNode element = value(column).path(index);
            return plain(column + "[" + index + "]", element);
        }
#end

        private static double plain(String column, JsonNode value) throws Unreadable {
            if (!value.isNumber()) {
                throw new Unreadable(column + " is " + value + ", not a number");
            }
            return finite(column, value.doubleValue());
        }

        /** Microseconds, of so many to a unit or units to one. */
        private static double time(String column, JsonNode value, long times, long units) throws Unreadable {
            if (!value.isIntegralNumber()) {
                throw new Unreadable(column + " is " + value + ", not a time as a number");
            }
            long number = value.longValue();
            if (units > 1 && (number == Long.MAX_VALUE || number == Long.MIN_VALUE)) {
                return finite(column, number * Double.POSITIVE_INFINITY);
            }
            long time = Math.floorDiv(number * times, units);
            // What PostgreSQL's infinite ones become on their way.
            if (time == 9_223_372_036_825_200_000L || time == -9_223_372_036_832_400_000L) {
                return finite(column, time * Double.POSITIVE_INFINITY);
            }
            return time;
        }

        /** Days since 1970. */
        private static double days(String column, JsonNode value) throws Unreadable {
            double days = plain(column, value);
            if (days == -2_147_472_692 || days == -2_147_472_691) {
                return finite(column, days == -2_147_472_692 ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY);
            }
            return days;
        }

        /** The number that bits write, the lowest byte first. */
        private static double bits(String column, JsonNode value) throws Unreadable {
            try {
                byte[] bytes = Base64.getDecoder().decode(value.asText());
                BigInteger number = BigInteger.ZERO;
                for (int i = bytes.length - 1; i >= 0; i--) {
                    number = number.shiftLeft(8).or(BigInteger.valueOf(bytes[i] & 0xff));
                }
                return number.doubleValue();
            } catch (IllegalArgumentException notBase64) {
                throw new Unreadable(column + " is " + value + ", not bits");
            }
        }

        private static double decimal(String column, JsonNode value, int scale) throws Unreadable {
            if (value.isNumber()) {
                return value.doubleValue();
            }
            JsonNode digits = value.isObject() ? value.path("value") : value;
            int places = value.isObject() ? value.path("scale").asInt() : scale;
            try {
                byte[] integer = Base64.getDecoder().decode(digits.asText());
                return new BigDecimal(new BigInteger(integer), places).doubleValue();
            } catch (IllegalArgumentException notBase64) {
                throw new Unreadable(column + " is " + value + ", not a decimal");
            }
        }

        private static double digits(String column, String text) throws Unreadable {
            try {
                return Double.parseDouble(text);
            } catch (NumberFormatException noNumber) {
                throw new Unreadable(column + " is \"" + text + "\", not a number");
            }
        }

        private static double finite(String column, double number) throws Unreadable {
#if rejects_not_finite
            if (Double.isNaN(number) || Double.isInfinite(number)) {
                throw new Unreadable(column + " is " + number + ", not a finite number");
            }
#end
            return number;
        }

        private JsonNode value(String column) throws Unreadable {
            JsonNode value = row.get(written(column));
            if (value == null || value.isNull()) {
                throw new Unreadable(column + (value == null ? " is not there" : " is null"));
            }
            return value;
        }

        /** What a column is called in the row. */
        private String written(String column) {
#if renames
            if (!row.has(column)) {
                switch (column) {
                    {{renames}}
                    default:
                        break;
                }
            }
#end
            return column;
        }

        /** What the event's schema says of a column; nothing where it has none. */
        private JsonNode type(String column) {
            String written = written(column);
            JsonNode fields = schema.path("fields");
            for (JsonNode field : fields) {
                if (field.path("field").asText().equals("after") && field.path("type").asText().equals("struct")) {
                    fields = field.path("fields");
                    break;
                }
            }
            for (JsonNode field : fields) {
                if (field.path("field").asText().equals(written)) {
                    return field;
                }
            }
            return MissingNode.getInstance();
        }
    }
