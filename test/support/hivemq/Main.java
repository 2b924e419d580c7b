import com.hivemq.embedded.EmbeddedHiveMQ;
import java.nio.file.Path;

/** HiveMQ CE as a program: its folders of configuration, data and extensions, in this order. It lets everyone in. */
public class Main {
  public static void main(String[] folders) {
    EmbeddedHiveMQ.builder()
        .withConfigurationFolder(Path.of(folders[0]))
        .withDataFolder(Path.of(folders[1]))
        .withExtensionsFolder(Path.of(folders[2]))
        .build()
        .start()
        .join();
  }
}
