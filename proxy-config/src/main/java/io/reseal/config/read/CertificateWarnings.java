package io.reseal.config.read;

/** What is said about key material that works and is worth a look. */
public final class CertificateWarnings {
  public static final String EXPIRED = "the certificate has expired";
  public static final String NOT_YET_VALID = "the certificate is not valid yet";
  public static final String COMMON_NAME_ONLY =
      "the certificate has its name only in the common name";
  public static final String READABLE_KEY = "everybody on this machine can read the private key";
  public static final String KEY_IN_CA_FILE = "a private key in a CA file";
  public static final String NOT_A_CA = "a certificate in the CA file is no CA";
  public static final String CRL_EXPIRED = "the revocation list is out of date";
  public static final String CRL_NOT_YET_VALID = "the revocation list is not in force yet";
  public static final String CRL_WITHOUT_END = "the revocation list does not say when it ends";
  public static final String CRL_OF_OTHER_CA = "a revocation list of a CA that is not trusted here";
  public static final String CRL_MISSING = "a trusted CA without a revocation list";

  private CertificateWarnings() {}
}
