import java.net.URI;

public class Get {
    public static void main(String[] arguments) throws Exception {
        try (var body = URI.create(arguments[0]).toURL().openStream()) {
            body.readAllBytes();
        }
    }
}
