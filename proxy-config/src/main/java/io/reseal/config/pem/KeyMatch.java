package io.reseal.config.pem;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether a private and a public key belong together, by the arithmetic of their kind: a signature
 * that is made and verified takes several times as long, which counts with thousands of identities.
 */
final class KeyMatch {
  private static final String[] CURVES = {"P-256", "P-384", "P-521"};

  private KeyMatch() {}

  static boolean of(PrivateKey key, PublicKey publicKey) {
    if (key instanceof RSAPrivateCrtKey own && publicKey instanceof RSAPublicKey shown) {
      return matches(own, shown);
    }
    if (key instanceof ECPrivateKey own && publicKey instanceof ECPublicKey shown) {
      X9ECParameters curve = curveOf(own.getParams());
      if (curve != null && curve == curveOf(shown.getParams())) {
        return matches(own, shown, curve);
      }
    }
    return signs(key, publicKey);
  }

  /** The modulus and exponent are the certificate's, and each part of the key fits to them. */
  private static boolean matches(RSAPrivateCrtKey own, RSAPublicKey shown) {
    BigInteger e = own.getPublicExponent();
    BigInteger p = own.getPrimeP();
    BigInteger q = own.getPrimeQ();
    BigInteger one = BigInteger.ONE;
    return own.getModulus().equals(shown.getModulus())
        && e.equals(shown.getPublicExponent())
        && p.compareTo(one) > 0
        && q.compareTo(one) > 0
        && p.multiply(q).equals(own.getModulus())
        && e.multiply(own.getPrimeExponentP()).mod(p.subtract(one)).equals(one)
        && e.multiply(own.getPrimeExponentQ()).mod(q.subtract(one)).equals(one)
        && q.multiply(own.getCrtCoefficient()).mod(p).equals(one);
  }

  /** The point of the certificate is the private scalar times the curve's generator. */
  private static boolean matches(ECPrivateKey own, ECPublicKey shown, X9ECParameters curve) {
    BigInteger scalar = own.getS();
    if (scalar.signum() <= 0 || scalar.compareTo(curve.getN()) >= 0) {
      return false;
    }
    org.bouncycastle.math.ec.ECPoint made =
        new FixedPointCombMultiplier().multiply(curve.getG(), scalar).normalize();
    ECPoint point = shown.getW();
    return made.getAffineXCoord().toBigInteger().equals(point.getAffineX())
        && made.getAffineYCoord().toBigInteger().equals(point.getAffineY());
  }

  /** Null for a curve that servers do not use. */
  private static @Nullable X9ECParameters curveOf(ECParameterSpec spec) {
    for (String name : CURVES) {
      X9ECParameters known = CustomNamedCurves.getByName(name);
      if (known.getN().equals(spec.getOrder())
          && known.getCurve().getField().getCharacteristic().bitLength()
              == spec.getCurve().getField().getFieldSize()
          && known.getCurve().getA().toBigInteger().equals(spec.getCurve().getA())
          && known.getCurve().getB().toBigInteger().equals(spec.getCurve().getB())) {
        return known;
      }
    }
    return null;
  }

  private static boolean signs(PrivateKey key, PublicKey publicKey) {
    String signature = switch (key.getAlgorithm()) {
      case "RSA" -> "SHA256withRSA";
      case "EC" -> "SHA256withECDSA";
      default -> "EdDSA";
    };
    try {
      byte[] probe = {1, 2, 3};
      Signature signer = Signature.getInstance(signature);
      signer.initSign(key);
      signer.update(probe);
      Signature verifier = Signature.getInstance(signature);
      verifier.initVerify(publicKey);
      verifier.update(probe);
      return verifier.verify(signer.sign());
    } catch (GeneralSecurityException differentKinds) {
      return false;
    }
  }
}
