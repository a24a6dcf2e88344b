package io.reseal.server;

import io.reseal.server.run.BuildVersion;
import picocli.CommandLine.IVersionProvider;

/** The version of this build, for the command line. */
final class Version implements IVersionProvider {
  Version() {}

  @Override
  public String[] getVersion() {
    return new String[] {"reseal " + BuildVersion.number()};
  }
}
