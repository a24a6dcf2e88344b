package io.reseal.core.tls;

import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.interfaces.DSAPublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PSSParameterSpec;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The least that keys and signatures of a path must have: RSA 2048, EC 256, no SHA-1 or MD5. */
public final class Strength {
  private static final int MIN_RSA_BITS = 2048;
  private static final int MIN_EC_BITS = 256;

  private Strength() {}

  /** What is too weak about a key, or empty. */
  public static String keyFault(PublicKey key) {
    return switch (key) {
      case RSAPublicKey rsa -> tooShort("RSA", rsa.getModulus().bitLength(), MIN_RSA_BITS);
      case ECPublicKey ec -> tooShort("EC", ec.getParams().getOrder().bitLength(), MIN_EC_BITS);
      case DSAPublicKey dsa -> "DSA (expected: RSA or EC)";
      default -> "";
    };
  }

  private static String tooShort(String algorithm, int bits, int atLeast) {
    return bits >= atLeast ? "" : algorithm + " " + bits + " (expected: at least " + atLeast + ")";
  }

  /** The digest by which a certificate is signed, where it is broken, or empty. */
  public static String signatureFault(X509Certificate certificate) {
    return signatureFault(certificate.getSigAlgName(), certificate.getSigAlgParams());
  }

  /** The digest by which a CRL is signed, where it is broken, or empty. */
  static String signatureFault(X509CRL list) {
    return signatureFault(list.getSigAlgName(), list.getSigAlgParams());
  }

  private static String signatureFault(String name, byte @Nullable [] parameters) {
    String algorithm = name.toUpperCase(Locale.ROOT);
    String digest = algorithm.contains("PSS") ? pssDigest(parameters) : algorithm;
    if (digest.startsWith("SHA1") || digest.startsWith("SHA-1")) {
      return "SHA-1";
    }
    return digest.startsWith("MD") ? digest.substring(0, 3) : "";
  }

  private static String pssDigest(byte @Nullable [] encoded) {
    try {
      AlgorithmParameters parameters = AlgorithmParameters.getInstance("RSASSA-PSS");
      parameters.init(encoded);
      return parameters.getParameterSpec(PSSParameterSpec.class).getDigestAlgorithm();
    } catch (GeneralSecurityException | IOException | RuntimeException absent) {
      // Without parameters the standard's defaults apply, and those are SHA-1.
      return "SHA-1";
    }
  }
}
