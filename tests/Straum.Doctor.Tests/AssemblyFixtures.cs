[assembly: AssemblyFixture(typeof(Straum.Testing.DescriptorLeaks))]
