// AILabTools with Java's own client: java Client.java IMAGE RESULT
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

public class Client {
    public static void main(String[] arguments) throws Exception {
        var body = new ByteArrayOutputStream();
        body.write(("--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.jpg\"\r\n\r\n").getBytes());
        body.write(Files.readAllBytes(Path.of(arguments[0])));
        body.write("\r\n--b--\r\n".getBytes());
        var client = HttpClient.newHttpClient();
        var url = URI.create("https://www.ailabapi.com/api/cutout/portrait/avatar-extraction");
        var call = HttpRequest.newBuilder(url)
            .header("ailabapi-api-key", System.getenv("AILAB_KEY"))
            .header("Content-Type", "multipart/form-data; boundary=b")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body.toByteArray()));
        var answer = client.send(call.build(), BodyHandlers.ofString()).body();
        var link = Pattern.compile("\"image_url\":\"([^\"]+)\"").matcher(answer);
        link.find();
        var download = HttpRequest.newBuilder(URI.create(link.group(1))).build();
        client.send(download, BodyHandlers.ofFile(Path.of(arguments[1])));
    }
}
