package io.reseal.config.pem;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.RSAPrivateCrtKeySpec;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys that say they belong to a certificate, and do not. */
class KeyMatchTest {

  @ParameterizedTest
  @ValueSource(strings = {"secp256r1", "secp384r1", "secp521r1"})
  void anotherScalarOfTheSameCurveIsAnotherKey(String curve) throws GeneralSecurityException {
    KeyPair pair = ecPair(curve);
    ECPrivateKey own = (ECPrivateKey) pair.getPrivate();
    assertThat(KeyMatch.of(own, pair.getPublic())).isTrue();
    assertThat(KeyMatch.of(scalar(own, own.getS().add(BigInteger.ONE)), pair.getPublic()))
        .isFalse();
    assertThat(KeyMatch.of(own, ecPair(curve).getPublic())).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"modulus", "p", "q", "dp", "dq", "qi"})
  void everyPartOfAnRsaKeyCounts(String part) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    KeyPair pair = generator.generateKeyPair();
    RSAPrivateCrtKey own = (RSAPrivateCrtKey) pair.getPrivate();
    assertThat(KeyMatch.of(changed(own, ""), pair.getPublic())).isTrue();
    assertThat(KeyMatch.of(changed(own, part), pair.getPublic())).isFalse();
    assertThat(KeyMatch.of(own, generator.generateKeyPair().getPublic())).isFalse();
  }

  private static PrivateKey changed(RSAPrivateCrtKey key, String part)
      throws GeneralSecurityException {
    UnaryOperator<BigInteger> off = number -> number.add(BigInteger.TWO);
    return KeyFactory.getInstance("RSA")
        .generatePrivate(new RSAPrivateCrtKeySpec(
            part.equals("modulus") ? off.apply(key.getModulus()) : key.getModulus(),
            key.getPublicExponent(),
            key.getPrivateExponent(),
            part.equals("p") ? off.apply(key.getPrimeP()) : key.getPrimeP(),
            part.equals("q") ? off.apply(key.getPrimeQ()) : key.getPrimeQ(),
            part.equals("dp") ? off.apply(key.getPrimeExponentP()) : key.getPrimeExponentP(),
            part.equals("dq") ? off.apply(key.getPrimeExponentQ()) : key.getPrimeExponentQ(),
            part.equals("qi") ? off.apply(key.getCrtCoefficient()) : key.getCrtCoefficient()));
  }

  private static PrivateKey scalar(ECPrivateKey key, BigInteger scalar)
      throws GeneralSecurityException {
    return KeyFactory.getInstance("EC")
        .generatePrivate(new ECPrivateKeySpec(scalar, key.getParams()));
  }

  private static KeyPair ecPair(String curve) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec(curve));
    return generator.generateKeyPair();
  }
}
